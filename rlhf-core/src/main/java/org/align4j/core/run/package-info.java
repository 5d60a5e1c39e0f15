/** What every run shares: progress, metrics log, files that appear whole or not at all. */
package org.align4j.core.run;
