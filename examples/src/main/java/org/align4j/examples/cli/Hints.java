package org.align4j.examples.cli;

import org.align4j.policy.train.CheckpointException;
import org.align4j.policy.train.NonFiniteLossException;

/** What the command line adds to a message of the library: which option is the way out. */
final class Hints {
  private Hints() {}

  /** The hint with what joins it to the message; empty where no option helps. */
  static String of(Throwable failure) {
    if (failure instanceof CheckpointException) {
      return " (--resume goes on from the checkpoint in the folder of --out; without it training"
          + " begins anew)";
    }
    if (failure instanceof NonFiniteLossException loss && loss.resumable()) {
      return " (--resume)";
    }
    return "";
  }
}
