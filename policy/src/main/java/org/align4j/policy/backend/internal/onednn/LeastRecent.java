package org.align4j.policy.backend.internal.onednn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Values that are made when first asked for; those asked for longest ago are dropped. */
final class LeastRecent<K, V> {
  private final Map<K, V> kept;
  private final Function<K, V> maker;

  LeastRecent(int capacity, Function<K, V> maker) {
    this.maker = maker;
    kept =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > capacity;
          }
        };
  }

  V get(K key) {
    V value = kept.get(key);
    if (value == null) {
      value = maker.apply(key);
      kept.put(key, value);
    }
    return value;
  }
}
