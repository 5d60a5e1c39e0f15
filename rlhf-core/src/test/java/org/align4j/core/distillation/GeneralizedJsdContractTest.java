package org.align4j.core.distillation;

import org.align4j.core.tck.VocabularyDivergenceContract;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

@ParameterizedClass
@CsvSource({"0,1,0", "1,1,0", "0.5,1,0", "0.3,2,0", "0,0.7,4", "1,1,4", "0.5,1,4"})
class GeneralizedJsdContractTest extends VocabularyDivergenceContract {
  private final VocabularyDivergence divergence;

  GeneralizedJsdContractTest(double beta, double temperature, int topK) {
    divergence = new GeneralizedJsd(beta, temperature, topK);
  }

  @Override
  protected VocabularyDivergence divergence() {
    return divergence;
  }
}
