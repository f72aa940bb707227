#include "core/port/effects.h"

#include <gtest/gtest.h>

namespace core {
namespace {

StoreBatch Putting(uint8_t key) {
  StoreBatch batch;
  batch.Put({kCoreTableFirst, {key}}, {key, key});
  return batch;
}

TEST(EffectsTest, StoresKeepTheirOrderTicketsAndContent) {
  Effects effects;
  EXPECT_TRUE(effects.empty());
  effects.Store(StoreTicket{7}, Putting(1));
  effects.Store(StoreTicket{9}, Putting(2));
  EXPECT_FALSE(effects.empty());
  ASSERT_EQ(effects.stores().size(), 2u);
  EXPECT_EQ(effects.stores()[0].ticket, StoreTicket{7});
  EXPECT_EQ(effects.stores()[1].ticket, StoreTicket{9});
  EXPECT_EQ(effects.stores()[1].batch.writes[0].at.key, Bytes{2});
}

TEST(EffectsTest, ClearForgetsStoresToo) {
  Effects effects;
  effects.Store(StoreTicket{7}, Putting(1));
  effects.Clear();
  EXPECT_TRUE(effects.empty());
  EXPECT_TRUE(effects.stores().empty());
}

TEST(EffectsTest, ASendOfTheSameStepDoesNotWaitForTheStore) {
  Effects effects;
  effects.Store(StoreTicket{7}, Putting(1));
  effects.Send(PeerId{3});
  EXPECT_EQ(effects.sends().size(), 1u) << "the host is given both at once";
}

}  // namespace
}  // namespace core
