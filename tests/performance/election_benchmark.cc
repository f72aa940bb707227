// What an election costs, for each voter: making its two records, checking them in a block, and opening,
// counting and validating them in the end.
#include <benchmark/benchmark.h>

#include "core/base/check.h"
#include "tests/core/election/bundle_of.h"

namespace core {
namespace {

constexpr size_t kBlocks = 64;

// Held once: what is measured are readers of it.
SmallElection& Held() {
  static SmallElection* const kHeld = [] {
    auto* small = new SmallElection(1);
    small->Hold(kBlocks);
    return small;
  }();
  return *kHeld;
}

void CountVoters(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(Held().truth.size()));
}

void MakeRecords(benchmark::State& state) {
  SmallElection& small = Held();
  const Election election = small.Replay();
  const ElectionTerms terms = election.terms();
  const SecretKey secret = small.Secret();
  const Answers answers = small.RandomAnswers();
  for (auto _ : state) {
    benchmark::DoNotOptimize(MakeVoteRecord(terms, small.DrawKey(), answers, small.Draw()).value());
    benchmark::DoNotOptimize(
        MakeVoterRecord(terms, {secret, small.DrawKey(), small.DrawKey()}, small.Draw()));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(MakeRecords);

void CheckBlocks(benchmark::State& state) {
  const Election election = Held().Replay();
  const Roll roll = Roll::Of(Held().roll).value();
  for (auto _ : state) {
    Anomalies found;
    for (const CommittedBlock& block : Held().blocks) {
      CheckBlock(election.terms(), roll, block, found);
    }
    CHECK(found.empty());
  }
  CountVoters(state);
}

BENCHMARK(CheckBlocks);

void CountVotes(benchmark::State& state) {
  const Election election = Held().Replay();
  const DisclosedKey key = election.Disclose().value();
  for (auto _ : state) {
    CHECK(CountAll(election.terms(), key, Held().blocks).front().spoiled == 0);
  }
  CountVoters(state);
}

BENCHMARK(CountVotes);

void Verify(benchmark::State& state) {
  const Bytes bytes = Encode(BundleOf(Held()));
  for (auto _ : state) {
    const ElectionBundle bundle = DecodeBundle(bytes).value();
    CHECK(VerifyBundle(Held().suite, bundle, Held().id()).empty());
  }
  CountVoters(state);
  state.counters["bytes_per_voter"] =
      static_cast<double>(bytes.size()) / static_cast<double>(Held().truth.size());
}

BENCHMARK(Verify);

}  // namespace
}  // namespace core

BENCHMARK_MAIN();
