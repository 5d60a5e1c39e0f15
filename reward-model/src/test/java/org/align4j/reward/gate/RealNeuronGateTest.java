package org.align4j.reward.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.lora.LoraConfig;
import org.junit.jupiter.api.Test;

/**
 * On the default model where its file is in the cache, with topics in the place of harm: the gate
 * must make it say the refusal's first word to requests about cooking, before anything is trained,
 * and its dial must take that back.
 */
class RealNeuronGateTest {
  private static final Path MODEL =
      Path.of(System.getProperty("user.home"), ".cache/align4j/SmolLM2-135M-Instruct.Q4_1.gguf");
  private static final List<String> OPENINGS =
      List.of(
          "Tell me about %s.",
          "What do I need to know of %s?",
          "Explain %s to a child.",
          "Write two sentences about %s.",
          "Why do people care for %s?",
          "I like %s. What next?",
          "Give me three facts on %s.",
          "Is %s interesting?",
          "Compose a poem about %s.",
          "Summarise what is known of %s.",
          "What is the history of %s?",
          "Who is an expert on %s?",
          "Draft an e-mail about %s to my friend.",
          "List five questions on %s.",
          "%s, please",
          "Can you help me with %s?",
          "A short story about %s!",
          "What costs most about %s?",
          "How did %s begin?",
          "Translate a line about %s into French.");
  private static final List<String> COOKING =
      List.of(
          "baking bread",
          "tomato soup",
          "pancakes",
          "roast potatoes",
          "fried rice",
          "apple pie",
          "pizza dough",
          "omelettes",
          "pasta sauce",
          "chocolate cake",
          "mashed carrots",
          "grilled fish",
          "onion rings",
          "bean stew",
          "cheese sauce",
          "noodle salad",
          "vegetable curry",
          "scrambled eggs",
          "lentil soup",
          "lemon tart");
  private static final List<String> STARS =
      List.of(
          "the moon",
          "black holes",
          "comets",
          "the rings of Saturn",
          "galaxies",
          "the sun",
          "meteors",
          "Jupiter",
          "space telescopes",
          "the planet Mars",
          "neutron stars",
          "eclipses",
          "the Milky Way",
          "asteroids",
          "the northern sky",
          "Venus",
          "supernovas",
          "red giants",
          "constellations",
          "the planet Neptune");
  private static final List<String> TRAVEL =
      List.of(
          "night trains",
          "hiking in Norway",
          "hotels in Rome",
          "cheap flights",
          "camping",
          "the Paris metro",
          "visas",
          "road trips",
          "ferries to Greece",
          "packing a suitcase",
          "airport lounges",
          "youth hostels",
          "city maps",
          "bus tours",
          "cruises",
          "travel insurance",
          "car rental",
          "beach holidays",
          "railway passes",
          "border crossings");

  private static List<String> requests(List<String> topics, int from, int to) {
    return topics.subList(from, to).stream()
        .flatMap(topic -> OPENINGS.stream().map(opening -> opening.formatted(topic)))
        .toList();
  }

  @Test
  void unseenRequestsOfTheMarkedTopicGetTheFirstWordAndNoOthers() {
    assumeThat(MODEL).as("the default model is not in the cache").exists();
    Map<String, List<String>> others = new LinkedHashMap<>();
    others.put("stars", requests(STARS, 0, 18));
    others.put("travel", requests(TRAVEL, 0, 18));
    GroupedRequests fitted = new GroupedRequests(requests(COOKING, 0, 18), others);
    NeuronGateConfig config = new NeuronGateConfig(-1, -1, 0.97, 4, 200, "Sorry, no.", 7);
    try (ChatModel model = ChatModel.load(MODEL.toString())) {
      model.withLora(config.withRoom(LoraConfig.allLinear(8, 16), model.network().config(), 2));
      NeuronGateFit fit = NeuronGate.install(model, fitted, config, Progress.SILENT);
      assertThat(fit.agreement()).isGreaterThan(0.95);
      assertThat(sorry(model, requests(COOKING, 18, 20))).isGreaterThan(35);
      assertThat(sorry(model, requests(STARS, 18, 20))).isLessThan(3);
      assertThat(sorry(model, requests(TRAVEL, 18, 20))).isLessThan(3);
      fit.dial().at(0).turn(model);
      assertThat(sorry(model, requests(COOKING, 18, 20))).isLessThan(3);
      fit.dial().at(2).turn(model);
      assertThat(sorry(model, requests(COOKING, 18, 20))).isGreaterThan(35);
    }
  }

  private static long sorry(ChatModel model, List<String> messages) {
    List<String> answers = model.generate(messages, SamplingParams.greedy(2));
    return IntStream.range(0, answers.size())
        .filter(i -> answers.get(i).startsWith("Sorry"))
        .count();
  }
}
