/** Online training: sample completions, reward them, learn from them. */
package org.align4j.policy.online;
