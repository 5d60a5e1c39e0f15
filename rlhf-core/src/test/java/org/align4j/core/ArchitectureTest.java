package org.align4j.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;

/** The arrows inside rlhf-core (docs/architecture.md). */
@AnalyzeClasses(packages = "org.align4j.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  /** Packages of pure functions. */
  private static final String[] MATHEMATICS = {
    "org.align4j.core.advantage..",
    "org.align4j.core.distillation..",
    "org.align4j.core.metric..",
    "org.align4j.core.objective..",
    "org.align4j.core.policygradient..",
    "org.align4j.core.random..",
    "org.align4j.core.reward.."
  };

  @ArchTest
  static final ArchRule mathematicsDoesNoInputAndOutput =
      noClasses()
          .that()
          .resideInAnyPackage(MATHEMATICS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..",
              "java.nio..",
              "java.net..",
              "com.fasterxml..",
              "org.apache.commons.csv..",
              "org.align4j.core.chat..",
              "org.align4j.core.data..",
              "org.align4j.core.net..",
              "org.align4j.core.run..");

  /** Rates, tests and curves stand beside the detector, which reads its model from the jar. */
  @ArchTest
  static final ArchRule refusalStatisticsDoNoInputAndOutput =
      noClasses()
          .that()
          .resideInAPackage("org.align4j.core.refusal..")
          .and()
          .doNotHaveSimpleName("PhraseBook")
          .and()
          .doNotHaveSimpleName("RefusalModel")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.io..", "java.nio..", "java.net..", "com.fasterxml..");

  @ArchTest
  static final ArchRule coreKnowsNoTensors =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.align4j.policy..", "org.nd4j..", "org.bytedeco..");

  @ArchTest
  static final ArchRule packagesFormNoCycles =
      slices().matching("org.align4j.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule librariesPrintNothing =
      GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
