// A test's body in a child process: name spaces, limits and filters end with it.
#pragma once

#include <iostream>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace node {

// The number of failures; -1 when the child died otherwise.
template <typename Body>
int FailuresInChild(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    const auto* result = testing::UnitTest::GetInstance()->current_test_info()->result();
    std::cout.flush();
    _exit(result->total_part_count());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace node
