package org.align4j.policy.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.align4j.core.objective.CpoObjective;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.online.DistillationConfig;
import org.align4j.policy.online.GrpoConfig;
import org.align4j.policy.online.OnlineDpoConfig;
import org.align4j.policy.online.PpoConfig;
import org.align4j.policy.online.ReinforcePlusPlusConfig;
import org.align4j.policy.online.RlooConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Without settings the command line plans what a builder or {@code defaults()} gives in Java.
 * docs/settings.md is compared with the former by SettingsDocsTest.
 */
class SettingsDefaultsTest {
  private static Settings none() {
    return new Settings(Map.of());
  }

  static Stream<Arguments> planned() {
    return Stream.of(
        Arguments.of(PreferenceSettings.dpo(none()), DpoObjective.builder().build()),
        Arguments.of(PreferenceSettings.cpo(none()), CpoObjective.builder().build()),
        Arguments.of(PpoConfig.defaults().with(none()), PpoConfig.defaults()),
        Arguments.of(GrpoConfig.read(none()), GrpoConfig.defaults()),
        Arguments.of(RlooConfig.read(none()), RlooConfig.defaults()),
        Arguments.of(ReinforcePlusPlusConfig.read(none()), ReinforcePlusPlusConfig.defaults()),
        Arguments.of(OnlineDpoConfig.read(none()), OnlineDpoConfig.defaults()),
        Arguments.of(DistillationConfig.read(none()), DistillationConfig.defaults()));
  }

  @ParameterizedTest
  @MethodSource("planned")
  void noSettingsAreTheDefaultsOfJava(Object read, Object defaults) {
    assertThat(read).usingRecursiveComparison().isEqualTo(defaults);
  }
}
