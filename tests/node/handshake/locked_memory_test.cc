#include "node/handshake/locked_memory.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "tests/node/handshake/handshake_rig.h"

namespace node {
namespace {

using testing::HasSubstr;

// The kernel's flags of the mapping that holds the address, for example "rd wr mr mw me lo dd".
std::string FlagsOf(const void* address) {
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    uintptr_t first = 0;
    uintptr_t last = 0;
    char dash = 0;
    std::istringstream head(line);
    if (head >> std::hex >> first >> dash >> last && dash == '-') {
      inside = first <= wanted && wanted < last;
    } else if (inside && line.rfind("VmFlags:", 0) == 0) {
      return line + " ";
    }
  }
  return "";
}

// Whether mlock locks at all: the limit may be zero, and sanitizers make it do nothing.
bool LockingWorksHere() {
  constexpr size_t kPage = 4096;
  void* page = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  const bool works = mlock(page, kPage) == 0 && FlagsOf(page).find(" lo ") != std::string::npos;
  munmap(page, kPage);
  return works;
}

TEST(LockedMemoryTest, ASlotIsWipedWhenItIsGivenBack) {
  auto* slot = static_cast<uint8_t*>(TakeLockedSlot());
  std::memset(slot, 0xee, kLockedSlotBytes);
  GiveLockedSlot(slot);
  // The slot given back last is the next one taken.
  auto* again = static_cast<uint8_t*>(TakeLockedSlot());
  ASSERT_EQ(again, slot);
  for (size_t i = 0; i < kLockedSlotBytes; ++i) EXPECT_EQ(again[i], 0) << i;
  GiveLockedSlot(again);
}

TEST(LockedMemoryTest, SlotsDoNotOverlap) {
  std::vector<void*> slots;
  std::set<uintptr_t> addresses;
  for (int i = 0; i < 2000; ++i) {
    slots.push_back(TakeLockedSlot());
    std::memset(slots.back(), i % 251, kLockedSlotBytes);
    addresses.insert(reinterpret_cast<uintptr_t>(slots.back()));
  }
  ASSERT_EQ(addresses.size(), slots.size());
  uintptr_t last = 0;
  for (const uintptr_t address : addresses) {
    EXPECT_EQ(address % 16, 0u);
    EXPECT_GE(address - last, kLockedSlotBytes);
    last = address;
  }
  for (void* slot : slots) GiveLockedSlot(slot);
  // Three more of 64 KiB would be needed for 2000 slots, were they not reused.
  const size_t bytes = LockedBytes() + UnlockedBytes();
  std::vector<void*> again;
  for (int i = 0; i < 2000; ++i) again.push_back(TakeLockedSlot());
  EXPECT_EQ(LockedBytes() + UnlockedBytes(), bytes);
  for (void* slot : again) GiveLockedSlot(slot);
}

TEST(LockedMemoryTest, TheKeysOfIdentitiesAreNeitherDumpedNorSwapped) {
  const TestNode node(1);
  const std::string flags = FlagsOf(&node.identity.secret());
  EXPECT_THAT(flags, HasSubstr(" dd "));
  EXPECT_EQ(FlagsOf(&node.identity.static_keys()), flags);
  if (LockingWorksHere()) {
    EXPECT_THAT(flags, HasSubstr(" lo "));
  }
  EXPECT_GT(LockedBytes() + UnlockedBytes(), 0u);
}

}  // namespace
}  // namespace node
