#include "core/base/string_list.h"

#include "core/base/check.h"

namespace core {

void StringList::Add(std::string_view text) {
  CHECK(text.size() <= kTextMax);
  packed_.push_back(static_cast<char>(static_cast<uint8_t>(text.size())));
  packed_.append(text);
}

bool StringList::Contains(std::string_view text) const {
  bool found = false;
  ForEach([&](std::string_view item) { found = found || item == text; });
  return found;
}

size_t StringList::Count() const {
  size_t count = 0;
  ForEach([&](std::string_view) { ++count; });
  return count;
}

size_t StringList::HeapBytes() const {
  const size_t inline_capacity = std::string().capacity();
  return packed_.capacity() > inline_capacity ? packed_.capacity() + 1 : 0;
}

}  // namespace core
