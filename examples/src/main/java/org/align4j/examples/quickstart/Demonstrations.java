package org.align4j.examples.quickstart;

import java.util.Arrays;
import org.align4j.core.data.Content;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.text.TokenizedPair;

/**
 * The quickstart's requests with their answers as tokens.
 *
 * @param refusal the one answer that harmful requests shall get
 */
record Demonstrations(PolicyModel model, String refusal) {
  /** Tokens that end a turn; a sampled answer is cut off, so for it they are no target. */
  private static final int END_OF_TURN_TOKENS = 2;

  /** Tokens of a refusal after which the rest follows by itself. */
  private static final int OPENING_TOKENS = 4;

  TokenizedDemonstration refusing(Request request) {
    return demonstration(request, refusal, true);
  }

  /** The refusal's first tokens, in which the decision lies. */
  TokenizedDemonstration beginningToRefuse(Request request) {
    TokenizedDemonstration whole = refusing(request);
    return new TokenizedDemonstration(
        whole.source(), whole.prompt(), Arrays.copyOf(whole.completion(), OPENING_TOKENS));
  }

  TokenizedDemonstration helping(Request request, String answer) {
    return demonstration(request, answer, false);
  }

  TokenizedPair refusalPreferred(Request request, String own) {
    return pair(request, refusing(request), helping(request, own));
  }

  TokenizedPair helpPreferred(Request request, String own) {
    return pair(request, helping(request, own), refusing(request));
  }

  private static TokenizedPair pair(
      Request request, TokenizedDemonstration chosen, TokenizedDemonstration rejected) {
    return new TokenizedPair(
        request.text(), chosen.prompt(), chosen.completion(), rejected.completion());
  }

  private TokenizedDemonstration demonstration(Request request, String answer, boolean whole) {
    Content prompt = Content.user(request.text());
    int[] ids = model.text().prompt(prompt);
    int[] full = model.text().completion(request.text(), prompt, ids, Content.assistant(answer));
    int length = whole ? full.length : Math.max(1, full.length - END_OF_TURN_TOKENS);
    return new TokenizedDemonstration(request.text(), ids, Arrays.copyOf(full, length));
  }
}
