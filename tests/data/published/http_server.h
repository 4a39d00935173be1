// A web server of one thread on loopback that says exactly what a test tells it to, truth or not.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace lithe::test {

// One request and the way to answer it.
class Exchange {
 public:
  explicit Exchange(int socket) : socket_(socket) {
    std::string request;
    char piece[1024];
    while (request.find("\r\n\r\n") == request.npos) {
      const ssize_t got = ::recv(socket_, piece, sizeof piece, 0);
      if (got <= 0) return;
      request.append(piece, static_cast<std::size_t>(got));
    }
    path_ = request.substr(4, request.find(' ', 4) - 4);
    const auto range = request.find("Range: bytes=");
    if (range != request.npos) start_ = std::strtoull(request.c_str() + range + 13, nullptr, 10);
  }

  const std::string& path() const { return path_; }
  std::size_t start() const { return start_; }  // of the range asked for; 0: none
  std::string summary() const {
    return start_ == 0 ? path_ : fmt::format("{} from {}", path_, start_);
  }

  // False once the client has gone.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void head(const std::string& status, const std::string& fields = "") const {
    send(fmt::format("HTTP/1.1 {}\r\nConnection: close\r\n{}\r\n", status, fields));
  }
  void whole(std::string_view body) const {
    head("200 OK", fmt::format("Content-Length: {}\r\n", body.size()));
    send(body);
  }
  // What an honest server does: the range, if one was asked for.
  void honest(std::string_view body) const {
    if (start_ == 0) return whole(body);
    if (start_ >= body.size()) return head("416 Range Not Satisfiable", "Content-Length: 0\r\n");
    part_head(body);
    send(body.substr(start_));
  }
  void part_head(std::string_view body) const {
    head("206 Partial Content",
         fmt::format("Content-Length: {}\r\nContent-Range: bytes {}-{}/{}\r\n",
                     body.size() - start_, start_, body.size() - 1, body.size()));
  }
  // Says nothing more until the client hangs up.
  void stall() const {
    char byte;
    while (::recv(socket_, &byte, 1, 0) > 0) {
    }
  }

 private:
  int socket_;
  std::string path_;
  std::size_t start_ = 0;
};

class HttpServer {
 public:
  using Answer = std::function<void(const Exchange&)>;

  explicit HttpServer(Answer answer) : answer_(std::move(answer)) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof place;
    auto* address = reinterpret_cast<sockaddr*>(&place);
    if (::bind(listener_, address, length) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, address, &length) != 0)
      throw std::runtime_error("no loopback");
    address_ = fmt::format("http://127.0.0.1:{}/", ntohs(place.sin_port));
    ::setenv("no_proxy", "127.0.0.1", 1);
    thread_ = std::thread([this] { serve(); });
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  const std::string& address() const { return address_; }
  // "/path" or "/path from 500", in the order of arrival.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (int socket = ::accept(listener_, nullptr, nullptr); socket >= 0;
         socket = ::accept(listener_, nullptr, nullptr)) {
      const Exchange exchange(socket);
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(exchange.summary());
      }
      answer_(exchange);
      ::close(socket);
    }
  }

  Answer answer_;
  int listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::string address_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace lithe::test
