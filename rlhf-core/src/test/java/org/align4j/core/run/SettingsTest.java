package org.align4j.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

  private static void read(Settings settings) {
    settings.number("beta", 0.1);
    settings.number("learning_rate", 1e-6);
    settings.integer("max_steps", 0);
    settings.texts("loss_type", List.of("sigmoid"));
  }

  @Test
  void unknownSettingsAreRefused() {
    Settings settings = new Settings(Map.of("beta", 0.2, "zzz", 1));
    settings.override("max_steps=7");
    read(settings);
    assertThat(settings.number("beta", 0.1)).isEqualTo(0.2);
    assertThat(settings.integer("max_steps", 0)).isEqualTo(7);
    assertThat(settings.texts("loss_type", List.of("sigmoid"))).containsExactly("sigmoid");
    assertThatThrownBy(settings::rejectUnknown)
        .hasMessage("unknown setting \"zzz\"; known are beta, learning_rate, loss_type, max_steps");
    assertThat(settings.effective()).containsEntry("beta", 0.2).doesNotContainKey("zzz");
    assertThat(settings.defaults()).containsEntry("beta", 0.1).containsEntry("max_steps", 0);
  }

  @ParameterizedTest
  @CsvSource({
    "learning_rat,learning_rate",
    "learnign_rate,learning_rate",
    "betta,beta",
    "lossType,loss_type",
    "max_step,max_steps"
  })
  void aMisspeltSettingNamesTheOneThatWasMeant(String misspelt, String meant) {
    Settings settings = new Settings(Map.of(misspelt, 1));
    read(settings);
    assertThatThrownBy(settings::rejectUnknown)
        .hasMessage("unknown setting \"" + misspelt + "\"; did you mean \"" + meant + "\"?");
  }

  @Test
  void aSettingWithoutEffectIsRefused() {
    Settings settings = new Settings(Map.of("discopop_tau", 0.1));
    Settings unused = settings.when(false, "with loss_type=discopop");
    assertThatThrownBy(() -> unused.number("discopop_tau", 0.05))
        .hasMessage(
            "discopop_tau is set to 0.1, but has an effect only with loss_type=discopop; leave it"
                + " out");
    assertThat(settings.when(true, "with loss_type=discopop").number("discopop_tau", 0.05))
        .isEqualTo(0.1);
  }

  /** So that the config.json of another run can be given with one setting changed. */
  @Test
  void itsDefaultIsNoContradiction() {
    Settings settings = new Settings(Map.of("discopop_tau", "5e-2", "names", List.of("a")));
    Settings unused = settings.when(false, "with loss_type=discopop");
    assertThat(unused.number("discopop_tau", 0.05)).isEqualTo(0.05);
    assertThat(unused.texts("names", List.of("a"))).containsExactly("a");
    assertThat(settings.has("discopop_tau")).isTrue();
    assertThat(settings.has("beta")).isFalse();
  }

  /** What has no effect is not among what was used, so that config.json can be given again. */
  @Test
  void aSettingWithoutEffectIsKnownButNotEffective() {
    Settings settings = new Settings(Map.of());
    Settings unused = settings.when(false, "with use_peft=true");
    assertThat(unused.when(true, "always").integer("lora_r", 16)).isEqualTo(16);
    assertThat(settings.effective()).isEmpty();
    assertThat(settings.defaults()).containsEntry("lora_r", 16);
  }

  @Test
  void settingsOfTheWrongKindNameTheKey() {
    Settings settings = new Settings(Map.of("beta", "much", "seed", "1.5", "shuffle", "yes"));
    assertThatThrownBy(() -> settings.number("beta", 1)).hasMessageContaining("beta is \"much\"");
    assertThatThrownBy(() -> settings.integer("seed", 1)).hasMessageContaining("an integer");
    assertThatThrownBy(() -> settings.flag("shuffle", true)).hasMessageContaining("true or false");
    assertThatThrownBy(() -> settings.override("novalue")).hasMessageContaining("key=value");
  }
}
