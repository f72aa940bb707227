// The reference: Boost.Asio with nothing around it. A message is a u32 length and its bytes; no
// encryption, no authentication, no deadlines, no limits.
//   transport_raw mode=rtt|stream connections=64 size=200 ms=3000
#include <memory>
#include <vector>

#include "node/transport/asio.h"
#include "tests/performance/loopback.h"

namespace bench {
namespace {

namespace asio = node::asio;
using asio::ip::tcp;
using node::ErrorCode;
using node::TcpSocket;

constexpr size_t kReadBytes = size_t{256} << 10;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(TcpSocket socket, uint32_t size, bool answers)
      : socket_(std::move(socket)), answers_(answers), in_(kReadBytes), out_(4 + size, 5) {
    socket_.set_option(tcp::no_delay(true));
    std::memcpy(out_.data(), &size, 4);
  }

  void Send() {
    asio::async_write(socket_, asio::buffer(out_),
                      [keep = shared_from_this()](ErrorCode, size_t) {});
  }

  void SendOn(const bool& more) {
    asio::async_write(socket_, asio::buffer(out_),
                      [this, &more, keep = shared_from_this()](ErrorCode error, size_t) {
                        if (!error && more) return SendOn(more);
                        socket_.shutdown(tcp::socket::shutdown_send);
                      });
  }

  void Read() {
    socket_.async_read_some(asio::buffer(in_.data() + held_, in_.size() - held_),
                            [this, keep = shared_from_this()](ErrorCode error, size_t size) {
                              if (error) return on_end ? on_end(count) : void();
                              held_ += size;
                              Take();
                              Read();
                            });
  }

  uint64_t count = 0;
  std::function<void(uint64_t)> on_end;

 private:
  void Take() {
    size_t at = 0;
    uint32_t size = 0;
    while (held_ - at >= sizeof size) {
      std::memcpy(&size, in_.data() + at, sizeof size);
      if (held_ - at < sizeof size + size) break;
      at += sizeof size + size;
      ++count;
      if (answers_) Send();
    }
    std::memmove(in_.data(), in_.data() + at, held_ - at);
    held_ -= at;
  }

  TcpSocket socket_;
  bool answers_;
  std::vector<uint8_t> in_;
  std::vector<uint8_t> out_;
  size_t held_ = 0;
};

void Serve(const LoopbackOptions& options, int out) {
  asio::io_context io(1);
  node::TcpAcceptor acceptor(io.get_executor(), {asio::ip::address_v4::loopback(), 0});
  Server::Report(out, acceptor.local_endpoint().port());
  std::function<void()> accept = [&] {
    acceptor.async_accept([&](ErrorCode error, TcpSocket socket) {
      CHECK(!error);
      const auto session =
          std::make_shared<Session>(std::move(socket), options.size, options.mode == "rtt");
      session->on_end = [out](uint64_t count) { Server::Report(out, count); };
      session->Read();
      accept();
    });
  };
  accept();
  io.run();
}

void Run(const LoopbackOptions& options) {
  const Server server([&](int out) { Serve(options, out); });
  asio::io_context io(1);
  const tcp::endpoint at(asio::ip::address_v4::loopback(), static_cast<uint16_t>(server.Read()));
  std::vector<std::shared_ptr<Session>> sessions;
  for (uint32_t i = 0; i < options.connections; ++i) {
    TcpSocket socket(io.get_executor());
    socket.connect(at);
    sessions.push_back(
        std::make_shared<Session>(std::move(socket), options.size, options.mode == "rtt"));
  }
  const BothSides since(server);
  bool more = true;
  for (const auto& session : sessions) {
    session->Read();
    options.mode == "rtt" ? session->Send() : session->SendOn(more);
  }
  io.run_for(std::chrono::milliseconds(options.milliseconds));
  more = false;
  uint64_t count = 0;
  if (options.mode == "rtt") {
    for (const auto& session : sessions) count += session->count;
  } else {
    io.run();  // To the server's end of the stream.
    count = server.Read();
  }
  PrintRate("transport_raw", options, count, since);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Run(bench::LoopbackOptions(bench::Arguments(argc, argv)));
  return 0;
}
