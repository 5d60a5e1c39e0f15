#!/usr/bin/env bash
# Checks that a program which depends on policy gets every platform's natives: installs policy into a local repository of
# its own, then lets Maven resolve consumer.xml as on each system and compares the natives with what is expected.
#
#   docs/platforms/check.sh [REPOSITORY]    # a folder to keep between runs; some 900 MB. Default: a temporary one
#
# Needs Maven 3.9, which looks at os.name and os.arch as the command line gives them; older ones ask the JVM alone.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
repository="${1:-$work/repository}"
version="$(mvn -v -Dstyle.color=never | grep -o -E 'Apache Maven [0-9]+\.[0-9]+' | grep -o -E '[0-9]+\.[0-9]+$' || true)"
case "$version" in
  3.[0-8] | "") echo "check.sh: needs Maven 3.9 or newer on the PATH, found ${version:-none}" >&2; exit 1 ;;
esac
maven=(mvn -q -B -ntp "-Dmaven.repo.local=$repository")

"${maven[@]}" -f "$root/pom.xml" -pl policy -am install \
  -Dmaven.test.skip=true -Dspotless.check.skip=true -Djacoco.skip=true
cp "$here/consumer.xml" "$work/pom.xml"

failed=0
# platform, Java's os.name and os.arch, natives that must be there: all of them, and no others of these libraries.
check() {
  local platform="$1" name="$2" arch="$3"
  shift 3
  # In lower case Maven takes them for the systems' names, and Java's sockets do not.
  "${maven[@]}" -f "$work/pom.xml" "-Dos.name=$name" "-Dos.arch=$arch" \
    dependency:build-classpath "-Dmdep.outputFile=$work/$platform" -Dmdep.pathSeparator=:
  tr ':' '\n' <"$work/$platform" | xargs -n 1 basename >"$work/$platform.jars"
  grep -E -- "-(linux|macosx|windows)-(x86_64|arm64|ppc64le)(-avx2)?\.jar$" "$work/$platform.jars" | sort >"$work/got" || true
  printf '%s\n' "$@" | sed "s/@/$platform/" | sort >"$work/expected"
  releases="$(grep -E '^(javacpp|openblas|dnnl|opencl)-' "$work/$platform.jars" | grep -o -E '1\.5\.[0-9]+' | sort -u | tr '\n' ' ')"
  if diff "$work/expected" "$work/got" && [ "$(wc -w <<<"$releases")" = 1 ]; then
    echo "$platform: $(wc -l <"$work/got") natives, JavaCPP ${releases% }"
  else
    echo "$platform: FAILED; JavaCPP $releases" >&2
    failed=1
  fi
}

common=(nd4j-native-1.0.0-M2.1-@.jar nd4j-native-preset-1.0.0-M2.1-@.jar javacpp-1.5.7-@.jar openblas-0.3.19-1.5.7-@.jar)
onednn=(dnnl-2.5.2-1.5.7-@.jar opencl-3.0-1.5.7-@.jar)
avx2=nd4j-native-1.0.0-M2.1-@-avx2.jar
check linux-x86_64 linux amd64 "${common[@]}" "${onednn[@]}" "$avx2"
check linux-arm64 linux aarch64 "${common[@]}" "${onednn[@]}"
check macosx-x86_64 "mac os x" x86_64 "${common[@]}" "${onednn[@]}" "$avx2"
check macosx-arm64 "mac os x" aarch64 \
  nd4j-native-1.0.0-M2.1-@.jar nd4j-native-preset-1.0.0-M2.1-@.jar \
  javacpp-1.5.8-@.jar openblas-0.3.21-1.5.8-@.jar
check windows-x86_64 windows amd64 "${common[@]}" "${onednn[@]}" "$avx2"
exit "$failed"
