package org.align4j.reward.gate;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * States of requests by group; group 0 is the harmful one.
 *
 * @param states of all requests
 * @param starts first row of each group; one more entry for the end
 */
record GroupedRows(double[][] states, int[] starts) {

  static GroupedRows of(double[][] states, GroupedRequests requests) {
    int[] starts = new int[requests.harmless().size() + 2];
    starts[1] = requests.harmful().size();
    int group = 1;
    for (List<String> some : requests.harmless().values()) {
      starts[group + 1] = starts[group] + some.size();
      group++;
    }
    return new GroupedRows(states, starts);
  }

  int groups() {
    return starts.length - 1;
  }

  int size(int group) {
    return starts[group + 1] - starts[group];
  }

  /** The group of each row. */
  int[] groupOfRows() {
    int[] out = new int[states.length];
    for (int group = 0; group < groups(); group++) {
      Arrays.fill(out, starts[group], starts[group + 1], group);
    }
    return out;
  }

  /** The values of a group's rows. */
  double[] group(double[] perRow, int group) {
    return Arrays.copyOfRange(perRow, starts[group], starts[group + 1]);
  }

  /** The values of the harmless groups by name. */
  Map<String, double[]> harmless(double[] perRow, GroupedRequests requests) {
    Map<String, double[]> out = new LinkedHashMap<>();
    for (String name : requests.harmless().keySet()) {
      out.put(name, group(perRow, out.size() + 1));
    }
    return out;
  }
}
