// nng over TCP on loopback, unencrypted: request and reply, one request in flight on each of 64
// sockets. nng's own threads do the input and output.
//   nng_request connections=64 size=200 ms=3000
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>

#include "tests/performance/loopback.h"

namespace bench {
namespace {

constexpr int kRepliesAtOnce = 128;

// A context that asks again when it was answered, or answers again when it was asked.
class Context {
 public:
  Context(nng_socket socket, std::atomic<uint64_t>* answers) : answers_(answers) {
    CHECK(nng_ctx_open(&context_, socket) == 0);
    CHECK(nng_aio_alloc(
              &io_, [](void* self) { static_cast<Context*>(self)->Next(); }, this) == 0);
  }

  void Ask(uint32_t size) {
    nng_msg* message = nullptr;
    CHECK(nng_msg_alloc(&message, size) == 0);
    Send(message);
  }

  void Await() {
    sending_ = false;
    nng_ctx_recv(context_, io_);
  }

 private:
  void Send(nng_msg* message) {
    sending_ = true;
    nng_aio_set_msg(io_, message);
    nng_ctx_send(context_, io_);
  }

  void Next() {
    if (nng_aio_result(io_) != 0) return;
    if (sending_) return Await();
    if (answers_ != nullptr) answers_->fetch_add(1, std::memory_order_relaxed);
    Send(nng_aio_get_msg(io_));
  }

  nng_ctx context_;
  nng_aio* io_ = nullptr;
  std::atomic<uint64_t>* answers_;
  bool sending_ = false;
};

void Serve(int out) {
  nng_socket socket;
  nng_listener listener;
  int port = 0;
  CHECK(nng_rep0_open(&socket) == 0);
  CHECK(nng_listen(socket, "tcp://127.0.0.1:0", &listener, 0) == 0);
  CHECK(nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port) == 0);
  std::vector<std::unique_ptr<Context>> contexts;
  for (int i = 0; i < kRepliesAtOnce; ++i) {
    contexts.push_back(std::make_unique<Context>(socket, nullptr));
    contexts.back()->Await();
  }
  Server::Report(out, static_cast<uint64_t>(port));
  pause();
}

void Run(const LoopbackOptions& options) {
  const Server server(Serve);
  const std::string url = "tcp://127.0.0.1:" + std::to_string(server.Read());
  std::atomic<uint64_t> answers{0};
  std::vector<std::unique_ptr<Context>> contexts;
  for (uint32_t i = 0; i < options.connections; ++i) {
    nng_socket socket;
    CHECK(nng_req0_open(&socket) == 0);
    CHECK(nng_dial(socket, url.c_str(), nullptr, 0) == 0);
    contexts.push_back(std::make_unique<Context>(socket, &answers));
  }
  const BothSides since(server);
  for (const auto& context : contexts) context->Ask(options.size);
  std::this_thread::sleep_for(std::chrono::milliseconds(options.milliseconds));
  PrintRate("nng_request", options, answers.load(), since);
  std::fflush(stdout);
  for (auto& context : contexts) static_cast<void>(context.release());  // Its threads still run.
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Run(bench::LoopbackOptions(bench::Arguments(argc, argv)));
  std::_Exit(0);
}
