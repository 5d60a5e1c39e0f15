/**
 * The main job on a real model: teach it to refuse harmful requests and only those, and prove it.
 */
package org.align4j.examples.quickstart;
