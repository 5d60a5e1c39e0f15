#!/usr/bin/env bash
# Compiles and runs the README's Java snippets in a Maven project outside of this one, which has one dependency. The model is
# the tiny one of the tests instead of smollm2. Fails if a snippet imports more than six types. The project also tests an
# objective of its own with the contracts of docs/tck.md.
# Usage: examples/embed.sh [FOLDER for the project; a temporary one by default]
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
work="${1:-}"
if [ -z "$work" ]; then
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work/src/main/java"
work="$(cd "$work" && pwd)"
fixtures="$root/examples/src/test/resources/parity"
# A version that the build's POM names.
property() {
  sed -n "s:^ *<$1.version>\(.*\)</$1.version>:\1:p" "$root/pom.xml"
}
version="$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$root/pom.xml" | head -1)"

# Each snippet becomes the main method of a class.
awk -v folder="$work/src/main/java" '
  /^```java$/ { snippet++; name = "Snippet" snippet; file = folder "/" name ".java"; inside = 1; begun = 0; next }
  /^```$/ && inside { print "  }\n}" > file; close(file); inside = 0; next }
  inside && /^import / { print > file; next }
  inside && NF && !begun { print "\npublic final class " name " {\n  public static void main(String... arguments) throws Exception {" > file; begun = 1 }
  inside { print > file }
' "$root/README.md"
shopt -s nullglob
snippets=("$work"/src/main/java/Snippet*.java)
if [ ${#snippets[@]} -lt 3 ]; then
  echo "README.md has ${#snippets[@]} Java snippets; three are expected" >&2
  exit 1
fi
for snippet in "${snippets[@]}"; do
  types="$(grep -c '^import ' "$snippet")"
  if [ "$types" -gt 6 ]; then
    echo "$(basename "$snippet" .java) of README.md imports $types types; six are allowed" >&2
    exit 1
  fi
  sed -i.bak -e "s|\"smollm2\"|\"$fixtures/models/policy\"|" -e "s|\"pairs.jsonl\"|\"$fixtures/pairs.jsonl\"|" "$snippet"
  rm "$snippet.bak"
done

mkdir -p "$work/src/test/java"
cat > "$work/src/test/java/OwnObjectiveTest.java" <<'JAVA'
import org.align4j.core.objective.PairCounts;
import org.align4j.core.objective.PairwiseLogProbs;
import org.align4j.core.objective.PairwiseValue;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.tck.PreferenceObjectiveContract;

/** An objective outside of align4j: DPO's, by delegation. */
final class OwnObjectiveTest extends PreferenceObjectiveContract {
  private record Own(PreferenceObjective inner) implements PreferenceObjective {
    @Override
    public PairwiseValue evaluate(PairwiseLogProbs input, PairCounts counts) {
      return inner.evaluate(input, counts);
    }

    @Override
    public boolean needsSumSquares() {
      return inner.needsSumSquares();
    }
  }

  @Override
  protected PreferenceObjective objective() {
    return new Own(DpoObjective.sigmoid(0.1));
  }
}
JAVA

cat > "$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>embeds-align4j</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <repositories>
    <repository>
      <id>built</id>
      <url>file://$work/repository</url>
    </repository>
  </repositories>
  <dependencies>
    <dependency>
      <groupId>org.align4j</groupId>
      <artifactId>reward-model</artifactId>
      <version>$version</version>
    </dependency>
    <dependency>
      <groupId>org.align4j</groupId>
      <artifactId>rlhf-core</artifactId>
      <version>$version</version>
      <type>test-jar</type>
      <scope>test</scope>
    </dependency>
    <dependency>
      <groupId>org.junit.jupiter</groupId>
      <artifactId>junit-jupiter</artifactId>
      <version>$(property junit)</version>
      <scope>test</scope>
    </dependency>
    <dependency>
      <groupId>org.assertj</groupId>
      <artifactId>assertj-core</artifactId>
      <version>$(property assertj)</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <artifactId>maven-surefire-plugin</artifactId>
        <version>$(property surefire)</version>
        <configuration>
          <failIfNoTests>true</failIfNoTests>
        </configuration>
      </plugin>
    </plugins>
  </build>
</project>
POM

echo "embed: building align4j"
(cd "$root" && mvn -q -B -ntp -pl reward-model -am -DskipTests -Dspotless.check.skip=true -Djacoco.skip=true \
  "-DaltDeploymentRepository=built::file://$work/repository" deploy)
echo "embed: compiling ${#snippets[@]} snippets with one dependency"
(cd "$work" && mvn -q -B -ntp compile dependency:copy-dependencies -DincludeScope=runtime)
echo "embed: testing an objective with the contract of the TCK"
(cd "$work" && mvn -q -B -ntp test)
for snippet in "${snippets[@]}"; do
  name="$(basename "$snippet" .java)"
  echo "embed: running $name"
  (cd "$work" && java --add-modules jdk.incubator.vector -Dorg.bytedeco.javacpp.maxbytes=0 \
    -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -cp "target/classes:target/dependency/*" "$name")
done
ls -d "$work"/runs/*
