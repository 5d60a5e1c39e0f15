package org.align4j.examples.cli;

import org.align4j.policy.train.CheckpointException;
import org.align4j.policy.train.NonFiniteLossException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code align4j} command. Exit codes: 0 done; 1 failed while running, broken data included; 2
 * wrong use: an unknown command, option or setting, a value that it cannot have, an input file that
 * is not there.
 */
@Command(
    name = "align4j",
    mixinStandardHelpOptions = true,
    version = "align4j 0.1.0-SNAPSHOT",
    description = "Aligns language models with preferences.",
    subcommands = {
      QuickstartCommand.class,
      ChatCommand.class,
      GenerateCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      ScoreCommand.class,
      DataCommand.class,
      GateCommand.class,
      LogprobsCommand.class,
      ParityCommand.class,
      ExportCommand.class,
      DoctorCommand.class,
      BenchCommand.class
    })
public final class Align4j {
  private Align4j() {}

  /**
   * Runs a command line and exits with its code.
   *
   * @param arguments as typed
   */
  public static void main(String... arguments) {
    System.exit(run(arguments));
  }

  /**
   * Runs a command line and returns its exit code.
   *
   * @param arguments as typed
   * @return 0, 1 for a failure or 2 for wrong use
   */
  public static int run(String... arguments) {
    CommandLine line = commandLine();
    if (arguments.length == 0) {
      line.usage(System.err);
      return CommandLine.ExitCode.USAGE;
    }
    return line.execute(arguments);
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Align4j());
    TrainCommand.addMethods(line.getSubcommands().get("train"));
    BenchCommand.addMethods(line.getSubcommands().get("bench"));
    line.registerConverter(ExistingPath.class, ExistingPath::of);
    line.registerConverter(ExistingPrompts.class, ExistingPrompts::of);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          tell(command, failure, message(failure));
          return CommandLine.ExitCode.SOFTWARE;
        });
    line.setParameterExceptionHandler(
        (failure, parsed) -> {
          CommandLine command = failure.getCommandLine();
          tell(command, failure, failure.getMessage());
          UnmatchedArgumentException.printSuggestions(failure, command.getErr());
          command.getErr().println("see " + command.getCommandSpec().qualifiedName() + " --help");
          return CommandLine.ExitCode.USAGE;
        });
    return line;
  }

  private static void tell(CommandLine command, Exception failure, String message) {
    if (System.getenv("ALIGN4J_DEBUG") != null) {
      failure.printStackTrace(command.getErr());
    }
    command.getErr().println("align4j: " + message);
  }

  /** The library's message, and which option is the way out. */
  private static String message(Exception failure) {
    String text = failure.getMessage();
    if (text == null) {
      return failure.getClass().getSimpleName() + "; set ALIGN4J_DEBUG=1 for the stack trace";
    }
    if (failure instanceof CheckpointException) {
      return text
          + " (--resume goes on from the checkpoint in the folder of --out; without it training"
          + " begins anew)";
    }
    return failure instanceof NonFiniteLossException loss && loss.resumable()
        ? text + " (--resume)"
        : text;
  }
}
