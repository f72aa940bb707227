#include "core/election/slices.h"

#include <string_view>
#include <utility>

namespace core {
namespace {

size_t DigitOf(const Key256& cid, size_t index) {
  const uint8_t byte = cid.bytes[index / 2];
  return index % 2 == 0 ? byte >> 4 : byte & 15;
}

}  // namespace

std::vector<Slice> SlicesOf(std::span<const CommittedBlock> blocks, std::string prefix) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<Slice> slices(1);
  slices[0].prefix = std::move(prefix);
  slices[0].last = blocks.size();
  for (size_t at = 0; at < slices.size(); ++at) {
    if (slices[at].last - slices[at].first <= kSliceBlocksMax) continue;
    const size_t depth = slices[at].prefix.size();
    for (size_t first = slices[at].first; first < slices[at].last;) {
      const size_t digit = DigitOf(blocks[first].cid, depth);
      size_t last = first + 1;
      while (last < slices[at].last && DigitOf(blocks[last].cid, depth) == digit) ++last;
      slices[at].children.push_back(slices.size());
      slices.push_back({.prefix = slices[at].prefix + kDigits[digit],
                        .first = first,
                        .last = last,
                        .children = {}});
      first = last;
    }
  }
  return slices;
}

}  // namespace core
