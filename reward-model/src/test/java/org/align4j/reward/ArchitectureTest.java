package org.align4j.reward;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import org.align4j.policy.backend.Backends;

/** The arrows inside reward-model, and from it to the others (docs/architecture.md). */
@AnalyzeClasses(
    packages = "org.align4j.reward",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packagesFormNoCycles =
      slices().matching("org.align4j.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule internalsOfOthersStayInternal =
      noClasses().should().dependOnClassesThat().resideInAPackage("org.align4j..internal..");

  @ArchTest
  static final ArchRule librariesPrintNothing =
      GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  /** Fitting and reading of gates; the classes that are named store and load them. */
  @ArchTest
  static final ArchRule gatesDoNoInputAndOutput =
      noClasses()
          .that()
          .resideInAPackage("org.align4j.reward.gate")
          .and()
          .haveSimpleNameNotContaining("GateFile")
          .and()
          .doNotHaveSimpleName("RefusalDial")
          .and()
          .doNotHaveSimpleName("RefusalGate")
          .and()
          .doNotHaveSimpleName("GateDecisions")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.io..", "java.nio.file..", "java.net..", "com.fasterxml..");

  /** The backend belongs to the model. */
  @ArchTest
  static final ArchRule nobodyAsksForTheDefaultBackend =
      noClasses().should().callMethod(Backends.class, "defaultBackend");
}
