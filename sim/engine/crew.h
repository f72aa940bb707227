// Crew: the engine's persistent threads. The caller is member 0; the others sleep between rounds.
//
// One round is two barriers: the start (a counter that the others watch) and the end (a counter that
// the caller watches). Both spin briefly, then give the processor away, so that a crew larger than
// the machine still goes on. The only place in sim that knows threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace sim {

class Crew {
 public:
  // work(i) runs on member i, 0 <= i < members. REQUIRES: members >= 1.
  Crew(int members, std::function<void(int)> work);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Runs work on every member and returns when all are done. What the caller wrote before is seen by
  // all, what they wrote is seen by the caller after.
  void Round();

 private:
  void Serve(int member);

  std::function<void(int)> work_;
  alignas(128) std::atomic<uint32_t> round_{0};
  alignas(128) std::atomic<uint32_t> busy_{0};
  bool closing_ = false;  // Written before round_ is raised.
  std::vector<std::thread> threads_;
};

}  // namespace sim
