package org.align4j.core.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Optional;
import org.align4j.core.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokenTest {
  private static Optional<String> header(BearerToken token) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost/"));
    token.authorize(request);
    return request.build().headers().firstValue("Authorization");
  }

  @Test
  void whatSurroundsATokenDoesNotBelongToIt() {
    assertThat(header(BearerToken.of("KEY", " sk-abc\r\n"))).contains("Bearer sk-abc");
    assertThat(header(BearerToken.of("KEY", ""))).isEmpty();
    assertThat(header(BearerToken.of("KEY", " \n"))).isEmpty();
    assertThat(header(BearerToken.of("KEY", "x".repeat(8000)))).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "'sk-SECRET\nSECRET', a line break as character 10 of 16",
    "'SECRET\r\nX-Other: SECRET', a line break as character 7 of 23",
    "'SECRET SECRET', a blank as character 7 of 13",
    "'SECRET\tSECRET', a blank as character 7 of 13",
    "'SECRET\u0000SECRET', a control character as character 7 of 13",
    "'SECRET\u007fSECRET', a control character as character 7 of 13",
    "'SECRETä', a character outside ASCII as character 7 of 7",
    "'\u200bSECRET', a character outside ASCII as character 1 of 7",
  })
  void aTokenThatNoHeaderCarriesIsRefusedWithoutBeingTold(String hostile, String what) {
    assertThatThrownBy(() -> BearerToken.of("environment variable API_KEY", hostile))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("environment variable API_KEY: the access token has " + what)
        .hasNoCause()
        .satisfies(e -> assertThat(e.toString()).doesNotContain("SECRET"));
  }

  @Test
  void aLongTokenIsRefusedWithoutBeingTold() {
    assertThatThrownBy(() -> BearerToken.of("KEY", "SECRET".repeat(2000)))
        .hasMessageContaining("12000 characters")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("SECRET"));
  }

  @Test
  void printingTellsNoToken() {
    assertThat(BearerToken.of("KEY", "SECRET")).hasToString("an access token");
    assertThat(BearerToken.NONE).hasToString("no access token");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user:SECRET@host/v1",
        "https://SECRET@host:1/v1",
        "https://host/v1?api_key=SECRET",
        "https://host/v1#SECRET",
        "ftp://host/SECRET",
        "SECRET",
        "https://user:SECRET with blank@host/",
        "https://user:SECRET%zz@host/",
        "https://user:SECRET@ho_st:port/",
      })
  void anAddressThatMayHoldASecretIsRefusedWithoutBeingTold(String address) {
    assertThatThrownBy(() -> Endpoints.parse("HF_ENDPOINT", address))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("HF_ENDPOINT ")
        .hasNoCause()
        .satisfies(e -> assertThat(e.toString()).doesNotContain("SECRET"));
  }

  @Test
  void anAddressIsTakenAsItIs() {
    assertThat(Endpoints.parse("HF_ENDPOINT", "https://host:8000/v1\n"))
        .isEqualTo(URI.create("https://host:8000/v1"));
  }
}
