/**
 * Training described by settings, as a command line or a configuration file holds them. A {@link
 * org.align4j.reward.recipe.Recipe} reads and checks every setting of a method before a model is
 * loaded; the keys and defaults are those of docs/settings.md.
 */
package org.align4j.reward.recipe;
