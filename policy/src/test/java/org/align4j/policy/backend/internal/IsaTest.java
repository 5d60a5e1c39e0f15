package org.align4j.policy.backend.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which kernels OpenBLAS is asked for. */
class IsaTest {
  private static Optional<Processor> processor(String... flags) {
    return Optional.of(new Processor("test", List.of(flags)));
  }

  @Test
  void kernelsFollowTheProcessor() {
    assertThat(Isa.NATIVE.openBlasCore(null, processor("avx2", "fma", "avx512f")))
        .contains("SkylakeX");
    assertThat(Isa.NATIVE.openBlasCore(null, processor("avx2", "fma"))).contains("Haswell");
    assertThat(Isa.NATIVE.openBlasCore(null, processor("avx"))).isEmpty();
    assertThat(Isa.NATIVE.openBlasCore(null, processor("asimd"))).isEmpty();
    assertThat(Isa.NATIVE.openBlasCore(null, Optional.empty())).isEmpty();
  }

  @Test
  void capIsNeverAboveTheProcessor() {
    assertThat(Isa.AVX512.openBlasCore(null, processor("avx2", "fma"))).contains("Haswell");
    assertThat(Isa.AVX2.openBlasCore(null, processor("avx2", "fma", "avx512f")))
        .contains("Haswell");
    assertThat(Isa.AVX2.openBlasCore(null, processor("asimd"))).isEmpty();
    assertThat(Isa.AVX2.openBlasCore(null, Optional.empty())).contains("Haswell");
  }

  @Test
  void environmentWinsBelowTheCap() {
    Optional<Processor> wide = processor("avx2", "fma", "avx512f");
    assertThat(Isa.NATIVE.openBlasCore("Zen", wide)).isEmpty();
    assertThat(Isa.AVX2.openBlasCore("Zen", wide)).isEmpty();
    assertThat(Isa.AVX2.openBlasCore("SkylakeX", wide)).contains("Haswell");
    assertThat(Isa.AVX512.openBlasCore("Cooperlake", wide)).contains("SkylakeX");
  }
}
