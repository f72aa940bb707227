// The programs themselves, as an operator runs them, and ports for them.
#pragma once

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace node {

inline constexpr auto kDeadline = std::chrono::seconds(60);

// A child process; what it says on both streams is collected.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments, const std::string& home = "")
      : Process("orbnode", std::move(arguments), home) {}

  // `program`: one of ours, or a path.
  Process(const std::string& program, std::vector<std::string> arguments,
          const std::string& home = "") {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) ADD_FAILURE() << "pipe";
    const std::string folder = program[0] == '/' ? "" : ORBWEAVER_BUILD_DIR "/bin/";
    arguments.insert(arguments.begin(), folder + program);
    std::vector<char*> texts;
    for (std::string& argument : arguments) texts.push_back(argument.data());
    texts.push_back(nullptr);
    child_ = fork();
    if (child_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      if (!home.empty()) {
        setenv("HOME", home.c_str(), 1);
        unsetenv("XDG_DATA_HOME");
      }
      execv(texts[0], texts.data());
      _exit(127);
    }
    close(ends[1]);
    out_ = ends[0];
  }

  ~Process() {
    if (child_ > 0) {
      kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
    close(out_);
  }

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Reads until the text has come.
  [[nodiscard]] bool WaitFor(const std::string& text) {
    return ReadUntil([&] { return text_.find(text) != std::string::npos; });
  }

  void Signal(int signal) const { kill(child_, signal); }

  [[nodiscard]] pid_t id() const { return child_; }

  // Exit code; -1: killed, or it did not end.
  [[nodiscard]] int Wait() {
    if (!ReadUntil([&] { return closed_; })) return -1;
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] bool ReadUntil(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (!condition()) {
      struct pollfd ready {
        out_, POLLIN, 0
      };

      if (closed_ || std::chrono::steady_clock::now() > end) return false;
      if (poll(&ready, 1, 100) <= 0) continue;
      std::array<char, 4096> bytes{};
      const ssize_t count = read(out_, bytes.data(), bytes.size());
      if (count <= 0) {
        closed_ = true;
      } else {
        text_.append(bytes.data(), static_cast<size_t>(count));
      }
    }
    return true;
  }

  pid_t child_ = -1;
  int out_ = -1;
  bool closed_ = false;
  std::string text_;
};

// A TCP port that nobody listens at now, or that this holds.
class Port {
 public:
  Port() {
    descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    struct sockaddr_in address {};

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<struct sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(descriptor_, 1), 0);
    EXPECT_EQ(getsockname(descriptor_, reinterpret_cast<struct sockaddr*>(&address), &size), 0);
    number_ = ntohs(address.sin_port);
  }

  ~Port() { close(descriptor_); }

  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  [[nodiscard]] std::string number() const { return std::to_string(number_); }

 private:
  int descriptor_ = -1;
  uint16_t number_ = 0;
};

}  // namespace node
