#include "core/crypto/sealing.h"

#include <algorithm>
#include <array>
#include <bit>

#include <sodium.h>

#include "core/base/check.h"
#include "core/base/words.h"

namespace core {
namespace {

constexpr std::string_view kDrawDomain = "orbweaver draw 1";
constexpr size_t kLabelMax = 64;

}  // namespace

DrawnBytes Draw(std::span<const uint8_t, 32> seed, std::string_view label, uint64_t counter) {
  CHECK(label.size() <= kLabelMax);
  // The counter has a fixed size and ends the text: no label and counter look like another's.
  std::array<uint8_t, kDrawDomain.size() + kLabelMax + 8> text;
  auto end = std::copy(kDrawDomain.begin(), kDrawDomain.end(), text.begin());
  end = std::copy(label.begin(), label.end(), end);
  StoreWord<std::endian::big>(&*end, counter);
  DrawnBytes drawn;
  crypto_generichash(drawn.data(), drawn.size(), text.data(),
                     static_cast<size_t>(end - text.begin()) + 8, seed.data(), seed.size());
  return drawn;
}

}  // namespace core
