package org.align4j.policy.backend.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.align4j.policy.backend.Library;
import org.junit.jupiter.api.Test;

class ProcessorTest {
  @Test
  void readsNameAndFlagsThatMatter() {
    Processor x86 =
        Processor.parse(
            "processor\t: 0\nmodel name\t: AMD EPYC 7B13\nflags\t\t: fpu avx fma avx2 nonsense\n");
    assertThat(x86.model()).isEqualTo("AMD EPYC 7B13");
    assertThat(x86.flags()).containsExactly("avx", "avx2", "fma");
    Processor arm = Processor.parse("processor : 0\nFeatures : fp asimd asimddp\n\n");
    assertThat(arm.model()).isEqualTo(System.getProperty("os.arch"));
    assertThat(arm.flags()).containsExactly("asimd", "asimddp");
  }

  @Test
  void aGpuThatCannotBeAskedIsALineWithTheReason() {
    assertThat(Gpu.ask("no-such-program-here"))
        .isEqualTo(new Library("NVIDIA GPU", false, "no no-such-program-here on the PATH"));
    Library failing = Gpu.ask("java", "-no-such-flag");
    assertThat(failing.present()).isFalse();
    assertThat(failing.detail()).startsWith("java found none: ");
  }
}
