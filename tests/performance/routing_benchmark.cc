// Routing at a full table: what one request or one heard message costs. Warm cache, so these are
// lower bounds; at a million peers add the cache misses of the table (1.7 KiB) and of one node id.
#include <algorithm>

#include <benchmark/benchmark.h>

#include "core/routing/routing.h"
#include "tests/core/fake_directory.h"

namespace core {
namespace {

// A peer among 2^20: bucket b has 2^(19-b) peers to choose from.
struct World {
  World() : self(directory.AddRandom(random)), routing(self, context) {
    const NodeId own = directory.NodeIdOf(self);
    for (int bucket = 0; bucket < 22; ++bucket) {
      const int population = bucket < 20 ? 1 << (19 - bucket) : 1;
      for (int i = 0; i < std::min(population, 16); ++i) {
        contacts.push_back(directory.Add(Bootstrap::RandomIn(bucket, own, random)));
      }
    }
    routing.SeedRoutes(contacts);
    routing.Start(now, {}, random, effects);
    for (Key256& target : targets) random.Fill(target.bytes);
  }

  Message Request(const Body& body) const {
    Message message;
    message.id = 1;
    message.sent_ms = now.us / 1000;
    message.ttl_ms = 2000;
    message.body = body;
    return message;
  }

  FakeDirectory directory;
  Config config;
  Context context{.config = &config, .directory = &directory, .suite = nullptr, .network = {}};
  Random random{StreamKey{.seed = 21}};
  PeerId self;
  Effects effects;
  Time now{Seconds(500).us};
  Routing routing;
  std::vector<PeerId> contacts;
  std::array<Key256, 256> targets;
};

void Nearest(benchmark::State& state) {
  const World world;
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        world.routing.Nearest(world.targets[i++ % 256], static_cast<size_t>(state.range(0))));
  }
  state.counters["heap_bytes"] = static_cast<double>(world.routing.HeapBytes());
  state.counters["object_bytes"] = static_cast<double>(sizeof(Routing));
}

void AnswerFindNode(benchmark::State& state) {
  World world;
  Message find = world.Request(FindNode{});
  size_t i = 0;
  for (auto _ : state) {
    world.effects.Clear();
    std::get<FindNode>(find.body).target = world.targets[i % 256];
    world.routing.OnArrival(world.now, world.contacts[i % world.contacts.size()], find,
                            world.random, world.effects);
    benchmark::DoNotOptimize(world.effects.sends().data());
    ++i;
  }
}

void AnswerPing(benchmark::State& state) {
  World world;
  const Message ping = world.Request(Ping{});
  size_t i = 0;
  for (auto _ : state) {
    world.effects.Clear();
    world.routing.OnArrival(world.now, world.contacts[i++ % world.contacts.size()], ping,
                            world.random, world.effects);
  }
}

void HearContact(benchmark::State& state) {
  World world;
  size_t i = 0;
  for (auto _ : state) {
    world.effects.Clear();
    world.routing.OnAlive(world.now, world.contacts[i++ % world.contacts.size()], world.random,
                          world.effects);
  }
}

void HearStranger(benchmark::State& state) {
  World world;
  std::vector<PeerId> strangers;
  for (int i = 0; i < 1000; ++i) strangers.push_back(world.directory.AddRandom(world.random));
  size_t i = 0;
  for (auto _ : state) {
    world.effects.Clear();
    world.routing.OnAlive(world.now, strangers[i++ % strangers.size()], world.random,
                          world.effects);
  }
}

// A whole lookup of which every request fails: the cost of its own work, 16 requests.
void LookupThatFails(benchmark::State& state) {
  World world;
  LookupResult result;
  size_t i = 0;
  for (auto _ : state) {
    world.effects.Clear();
    world.routing.Lookup(world.now, {.target = world.targets[i++ % 256], .token = 1}, world.random,
                         world.effects);
    while (!world.routing.TakeFinished(result)) {
      world.now = world.routing.NextDeadline();
      world.effects.Clear();
      world.routing.OnDeadline(world.now, world.random, world.effects);
    }
  }
  state.counters["requests"] = static_cast<double>(result.requests);
}

void Estimate(benchmark::State& state) {
  const World world;
  for (auto _ : state) benchmark::DoNotOptimize(world.routing.Estimate());
}

BENCHMARK(Nearest)->Arg(3)->Arg(16);
BENCHMARK(AnswerFindNode);
BENCHMARK(AnswerPing);
BENCHMARK(HearContact);
BENCHMARK(HearStranger);
BENCHMARK(LookupThatFails);
BENCHMARK(Estimate);

}  // namespace
}  // namespace core

BENCHMARK_MAIN();
