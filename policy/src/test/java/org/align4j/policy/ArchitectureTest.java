package org.align4j.policy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import org.align4j.policy.adapter.Policies;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.MachineReport;
import org.align4j.policy.format.PolicyModel;

/** The arrows inside policy (docs/architecture.md). */
@AnalyzeClasses(
    packages = "org.align4j.policy",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
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

  /** The root package is the surface: it knows the others, none of them knows it. */
  @ArchTest
  static final ArchRule partsDoNotKnowTheSurface =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.align4j.policy")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.align4j.policy");

  @ArchTest
  static final ArchRule librariesPrintNothing =
      GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  /** The backend belongs to the model; who is named here still asks for the default one. */
  @ArchTest
  static final ArchRule nobodyElseAsksForTheDefaultBackend =
      noClasses()
          .that()
          .doNotBelongToAnyOf(
              Backends.class,
              MachineReport.class,
              PolicyModel.class,
              ChatModel.class,
              Policies.class)
          .should()
          .callMethod(Backends.class, "defaultBackend");
}
