#include "core/base/words.h"

#include <array>

#include <gtest/gtest.h>

namespace core {
namespace {

TEST(WordsTest, OrderIsTheCallersNotTheMachines) {
  const std::array<uint8_t, 9> bytes{0xff, 1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(LoadWord<std::endian::big>(&bytes[1]), 0x0102030405060708u);
  EXPECT_EQ(LoadWord<std::endian::little>(&bytes[1]), 0x0807060504030201u);
}

TEST(WordsTest, WhatIsStoredIsLoaded) {
  std::array<uint8_t, 9> bytes{};
  StoreWord<std::endian::big>(&bytes[1], 0x0102030405060708u);
  EXPECT_EQ(bytes, (std::array<uint8_t, 9>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  StoreWord<std::endian::little>(&bytes[1], 0x0102030405060708u);
  EXPECT_EQ(bytes, (std::array<uint8_t, 9>{0, 8, 7, 6, 5, 4, 3, 2, 1}));
}

}  // namespace
}  // namespace core
