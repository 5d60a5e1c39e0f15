package org.align4j.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.align4j.policy.backend.Backends;

/** The arrows inside examples, and from them to the library (docs/architecture.md). */
@AnalyzeClasses(
    packages = "org.align4j.examples",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  /** The backend belongs to the model; who is named here still asks for the default one. */
  private static final String MAY_ASK_FOR_THE_DEFAULT_BACKEND =
      "org\\.align4j\\.examples\\.parity\\.(FirstStep|Fixtures)(\\$.*)?";

  @ArchTest
  static final ArchRule packagesFormNoCycles =
      slices().matching("org.align4j.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule internalsStayInternal =
      noClasses().should().dependOnClassesThat().resideInAPackage("org.align4j..internal..");

  @ArchTest
  static final ArchRule nobodyElseAsksForTheDefaultBackend =
      noClasses()
          .that()
          .haveNameNotMatching(MAY_ASK_FOR_THE_DEFAULT_BACKEND)
          .should()
          .callMethod(Backends.class, "defaultBackend");
}
