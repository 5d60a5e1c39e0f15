package org.align4j.examples.cli;

import org.align4j.core.data.PromptFile;

/** {@code FILE[:COLUMN][@FIELD=VALUE]} whose file is there, also as the user names it. */
record ExistingPrompts(String argument, PromptFile file) {
  static ExistingPrompts of(String argument) {
    PromptFile file = PromptFile.parse(argument);
    ExistingPath.require(file.path());
    return new ExistingPrompts(argument, file);
  }
}
