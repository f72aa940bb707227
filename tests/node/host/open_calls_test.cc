#include "node/host/open_calls.h"

#include <gtest/gtest.h>

#include "core/codec/limits.h"

namespace node {
namespace {

core::PutCommand PutOf(uint64_t request, size_t bytes) {
  core::PutCommand put;
  put.request = request;
  put.value.resize(bytes);
  return put;
}

core::GetCommand GetOf(uint64_t request) {
  core::GetCommand get;
  get.request = request;
  return get;
}

TEST(OpenCallsTest, ANumberIsAnOpenCallsUntilItHasFinished) {
  OpenCalls calls;
  EXPECT_TRUE(calls.Begin(PutOf(7, 1)).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(calls.Begin(GetOf(7))));
  calls.Finished(7);
  EXPECT_TRUE(calls.empty());
  EXPECT_TRUE(calls.Begin(GetOf(7)).ok());
  calls.Finished(8);  // Nobody's.
  EXPECT_EQ(calls.size(), 1u);
}

TEST(OpenCallsTest, WhatIsNoCallIsNoneOfIts) {
  OpenCalls calls;
  EXPECT_TRUE(calls.Begin(core::LookupCommand{}).ok());
  EXPECT_TRUE(calls.empty());
}

TEST(OpenCallsTest, CallsAndTheirContentsAreBounded) {
  OpenCalls many;
  for (uint64_t i = 0; i < OpenCalls::kCallsMax; ++i) {
    EXPECT_TRUE(many.Begin(PutOf(i, 0)).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(many.Begin(PutOf(1'000, 0))));
  OpenCalls large;
  const size_t fit = OpenCalls::kBytesMax / core::limits::kBlockBytesMax;
  for (uint64_t i = 0; i < fit; ++i) {
    EXPECT_TRUE(large.Begin(PutOf(i, core::limits::kBlockBytesMax)).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(large.Begin(PutOf(1'000, 1))));
  EXPECT_TRUE(large.Begin(PutOf(1'000, 0)).ok());
  large.Finished(0);
  EXPECT_TRUE(large.Begin(PutOf(1'001, 1)).ok());
}

TEST(OpenCallsTest, AbandonedWritesAreInDoubtAndReadsUnavailable) {
  OpenCalls calls;
  core::TransactCommand transact;
  transact.request = 1;
  transact.writes.resize(2);
  ASSERT_TRUE(calls.Begin(transact).ok());
  ASSERT_TRUE(calls.Begin(PutOf(2, 5)).ok());
  ASSERT_TRUE(calls.Begin(core::DeleteCommand{.request = 3, .block = {}}).ok());
  ASSERT_TRUE(calls.Begin(GetOf(4)).ok());
  ASSERT_TRUE(calls.Begin(core::RevisionCommand{.request = 5, .block = {}}).ok());
  const std::vector<core::CallFinished> ends = calls.Abandon();
  ASSERT_EQ(ends.size(), 5u);
  for (const core::CallFinished& end : ends) {
    EXPECT_EQ(end.outcome,
              end.request <= 3 ? core::CallOutcome::kInDoubt : core::CallOutcome::kUnavailable);
  }
  EXPECT_TRUE(calls.empty());
  EXPECT_TRUE(calls.Abandon().empty());
}

}  // namespace
}  // namespace node
