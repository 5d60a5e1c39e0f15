package org.align4j.policy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between modules and packages (docs/architecture.md). */
@AnalyzeClasses(packages = "org.align4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule coreKnowsNoTensors =
      noClasses()
          .that()
          .resideInAPackage("org.align4j.core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.align4j.policy..", "org.nd4j..", "org.bytedeco..");

  @ArchTest
  static final ArchRule objectivesArePure =
      noClasses()
          .that()
          .resideInAPackage("org.align4j.core.objective..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..", "java.nio..", "com.fasterxml..", "org.align4j.core.data..");

  @ArchTest
  static final ArchRule onlyTheVectorBackendImportsTheIncubatorModule =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.align4j.policy.backend.internal.vector..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator..");

  @ArchTest
  static final ArchRule internalsStayInternal =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.align4j.policy.backend..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.align4j.policy.backend.internal..");

  @ArchTest
  static final ArchRule networksNeverSeeAnObjective =
      noClasses()
          .that()
          .resideInAnyPackage("org.align4j.policy.model..", "org.align4j.policy.backend..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.align4j.core.objective..");

  @ArchTest
  static final ArchRule packagesFormNoCycles =
      slices().matching("org.align4j.policy.(*)..").should().beFreeOfCycles();
}
