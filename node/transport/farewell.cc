#include "node/transport/farewell.h"

#include "node/transport/socket.h"

namespace node {

void Farewell::Start() {
  if (words_.empty()) return ShutDown();
  asio::async_write(socket_->handle(), asio::buffer(words_),
                    [this, keep = socket_->shared_from_this()](ErrorCode error, size_t) {
                      if (stopped_) return;
                      error ? Finish() : ShutDown();
                    });
}

void Farewell::ShutDown() {
  ErrorCode error;
  socket_->handle().shutdown(TcpSocket::shutdown_send, error);
  error ? Finish() : AwaitEnd();
}

void Farewell::AwaitEnd() {
  socket_->handle().async_read_some(
      asio::buffer(ignored_), [this, keep = socket_->shared_from_this()](ErrorCode error, size_t) {
        if (stopped_) return;
        error ? Finish() : AwaitEnd();
      });
}

void Farewell::Finish() {
  stopped_ = true;
  done_();
}

}  // namespace node
