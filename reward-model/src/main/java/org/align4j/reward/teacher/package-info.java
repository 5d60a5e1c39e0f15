/** Teachers, and rewards that say how near an answer is to a teacher's. */
package org.align4j.reward.teacher;
