package org.align4j.policy.backend;

/**
 * Which kernel makes a product on this machine.
 *
 * @param product what is multiplied, with its rows where they decide, as in "frozen weights, 16
 *     rows and more"
 * @param kernel who makes it, as in "oneDNN brgemm"
 * @param reason why this one
 */
public record KernelChoice(String product, String kernel, String reason) {}
