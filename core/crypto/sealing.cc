#include "core/crypto/sealing.h"

#include <array>
#include <bit>

#include "core/base/check.h"
#include "core/base/words.h"
#include "core/crypto/blake2b.h"

namespace core {

DrawnBytes Draw(std::span<const uint8_t, 32> seed, std::string_view label, uint64_t counter) {
  CHECK(label.size() <= 64);
  std::array<uint8_t, 8> count;
  StoreWord<std::endian::big>(count.data(), counter);
  DrawnBytes drawn;
  // The counter has a fixed size and ends the text: no label and counter look like another's.
  Blake2b<sizeof(drawn)>("orbweaver draw 1", seed)
      .Add({reinterpret_cast<const uint8_t*>(label.data()), label.size()})
      .Add(count)
      .End(drawn);
  return drawn;
}

}  // namespace core
