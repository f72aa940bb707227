// KeepGreatest: of many items, seen one at a time, the few greatest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace sim {

// Puts `item` into its place among the `most` greatest, the greatest first; of equal ones the earlier. The last falls out where
// there is no room. `is_greater` is a strict order. REQUIRES: most > 0.
template <typename Item, typename IsGreater>
void KeepGreatest(std::vector<Item>& greatest, size_t most, const Item& item,
                  IsGreater&& is_greater) {
  if (greatest.size() == most) {
    if (!is_greater(item, greatest.back())) return;
    greatest.pop_back();
  }
  greatest.insert(std::upper_bound(greatest.begin(), greatest.end(), item, is_greater), item);
}

}  // namespace sim
