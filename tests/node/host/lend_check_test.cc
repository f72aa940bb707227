#include "node/host/lend_check.h"

#include <string>

#include <gtest/gtest.h>

#include "node/config/node_config.h"

namespace node {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

std::string ErrorOf(uint64_t bytes, const Lender& lender) {
  const core::Status status = CheckLend(core::LendCommand{bytes}, lender);
  return status.ok() ? "ok" : std::string(core::MessageOf(status));
}

TEST(LendCheckTest, RoomThatIsThereMayBeLentAndGivenBack) {
  EXPECT_EQ(ErrorOf(kLendMin, {.disk_free = 100 * kMiB}), "ok");
  EXPECT_EQ(ErrorOf(100 * kMiB, {.disk_free = 100 * kMiB}), "ok");
  EXPECT_EQ(ErrorOf(110 * kMiB, {.used = 10 * kMiB, .lends = true, .disk_free = 100 * kMiB}), "ok");
  EXPECT_EQ(ErrorOf(0, {.used = 10 * kMiB, .lends = true, .disk_free = 0}), "ok");
  EXPECT_EQ(ErrorOf(100 * kMiB, {.disk_free = std::nullopt}), "ok");
}

TEST(LendCheckTest, WhatWouldNotHoldIsRefusedWithWhatIsAllowed) {
  EXPECT_EQ(ErrorOf(0, {.disk_free = kMiB}),
            "lend: found 0, but the node lends nothing; allowed 1048576 bytes and more");
  EXPECT_EQ(
      ErrorOf(kLendMin - 1, {.disk_free = kMiB}),
      "lend: found 1048575 bytes, allowed 0 to leave, or 1048576 and more: a large block must "
      "fit");
  EXPECT_EQ(ErrorOf(2 * kMiB, {.used = 3 * kMiB, .lends = true, .disk_free = kMiB}),
            "lend: found 2097152 bytes, allowed 3145728 and more, which it holds; a fuller node "
            "moves out and then holds less");
  EXPECT_EQ(ErrorOf(5 * kMiB, {.used = kMiB, .lends = true, .disk_free = 3 * kMiB}),
            "lend: found 5242880 bytes, allowed at most 4194304, which the disk of the store has "
            "free or this node's blocks already take");
  EXPECT_EQ(ErrorOf(5 * kMiB, {.client = true, .disk_free = std::nullopt}),
            "lend: found a node that nobody can dial, allowed one that others reach: they fetch "
            "from it");
}

}  // namespace
}  // namespace node
