package org.align4j.jmh;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.align4j.policy.backend.Backends;

/** The arrows inside the benchmarks, and from them to the library (docs/architecture.md). */
@AnalyzeClasses(packages = "org.align4j.jmh", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packagesFormNoCycles =
      slices().matching("org.align4j.(**)").should().beFreeOfCycles();

  /** OpenBLAS itself is what these two measure the backends against. */
  @ArchTest
  static final ArchRule internalsStayInternal =
      noClasses()
          .that()
          .doNotBelongToAnyOf(ProductBenchmark.class, ProductTable.class)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.align4j..internal..");

  /** The backend belongs to the model; who is named here still asks for the default one. */
  @ArchTest
  static final ArchRule nobodyElseAsksForTheDefaultBackend =
      noClasses()
          .that()
          .doNotBelongToAnyOf(GenerationBenchmark.class, StepBenchmark.class)
          .should()
          .callMethod(Backends.class, "defaultBackend");
}
