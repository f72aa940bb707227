// Crew: the engine's persistent threads. The caller is member 0; the others sleep between rounds.
//
// A round is two barriers: the others watch for its opening, the caller waits at its end for those
// that came in. One that the machine has not woken in time is not waited for: work must let any
// member do all of it. Waiting spins briefly, then gives the processor away, so that a crew larger
// than the machine still goes on. The only place in sim that starts threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace sim {

class Crew {
 public:
  // work(i) runs on member i, 0 <= i < members. REQUIRES: 1 <= members <= 256.
  Crew(int members, std::function<void(int)> work);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Runs work on the caller, and on each other member that comes in before the caller is done;
  // returns when all who came in are done. What the caller wrote before is seen by them, what they
  // wrote is seen by the caller after.
  void Round();

 private:
  void Serve(int member);
  bool Enter(uint32_t round);

  std::function<void(int)> work_;
  // Round, open bit, members inside: one word, so that nobody comes in after the caller has closed.
  alignas(128) std::atomic<uint64_t> gate_{0};
  alignas(128) std::atomic<uint32_t> round_{0};  // What sleepers watch.
  std::atomic<bool> closing_{false};
  std::vector<std::thread> threads_;
};

}  // namespace sim
