#include "data/published/download.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>

#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr long kPartialContent = 206;
constexpr long kRangeNotSatisfiable = 416;
constexpr long kSlowestBytesPerSecond = 1000;  // slower over the stall limit counts as stalled

// The state that the callbacks of one transfer share. Exceptions must not cross libcurl and are
// kept in `thrown`.
struct Call {
  const Download& what;
  PartFile& part;
  const FetchOptions& options;
  CURL* curl = nullptr;
  bool body_begun = false;
  bool in_vain = false;      // another range than asked for: `part` was dropped
  std::string refused = {};  // why the body was cut off by us
  std::exception_ptr thrown = {};
};

long status_of(CURL* curl) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

// The start of the body of a 206 response, from "Content-Range: bytes 500-999/1000"; -1 if unknown.
long long range_start(CURL* curl) {
  curl_header* header = nullptr;
  if (curl_easy_header(curl, "Content-Range", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return -1;
  const std::string value = header->value;
  if (value.rfind("bytes ", 0) != 0) return -1;
  char* end = nullptr;
  const long long start = std::strtoll(value.c_str() + 6, &end, 10);
  return *end == '-' ? start : -1;
}

// Decides, at the first byte, whether the body continues the part file or replaces it.
bool begin_body(Call& call) {
  call.body_begun = true;
  if (status_of(call.curl) != kPartialContent) {
    call.part.restart();
    return true;
  }
  if (range_start(call.curl) == static_cast<long long>(call.part.size())) return true;
  call.refused = "it answered another range than it was asked for";
  call.in_vain = true;
  call.part.restart();
  return false;
}

bool take_body(Call& call, std::span<const std::uint8_t> bytes) {
  if (!call.body_begun && !begin_body(call)) return false;
  if (call.part.size() > call.what.max_bytes ||
      bytes.size() > call.what.max_bytes - call.part.size()) {
    call.refused =
        fmt::format("it sent more than the {} bytes that the file may have", call.what.max_bytes);
    call.part.restart();
    return false;
  }
  call.part.append(bytes);
  return true;
}

std::size_t on_body(const char* data, std::size_t, std::size_t size, void* user) noexcept {
  Call& call = *static_cast<Call*>(user);
  try {
    return take_body(call, {reinterpret_cast<const std::uint8_t*>(data), size}) ? size : 0;
  } catch (...) {
    call.thrown = std::current_exception();
    return 0;
  }
}

int on_progress(void* user, curl_off_t expected, curl_off_t got, curl_off_t, curl_off_t) noexcept {
  Call& call = *static_cast<Call*>(user);
  try {
    const std::uint64_t done = call.part.size();
    // libcurl counts from the start of this body; progress counts from the start of the file.
    const bool known = call.body_begun && expected > 0 && expected >= got;
    report(call.options, {.file = call.what.file,
                          .done = done,
                          .total = known ? done + static_cast<std::uint64_t>(expected - got) : 0});
    return 0;
  } catch (...) {
    call.thrown = std::current_exception();
    return 1;
  }
}

void set_limits(CURL* curl, const FetchOptions& options) {
  // Redirects are followed, but never to a file or another protocol.
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_limit.count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kSlowestBytesPerSecond);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_limit.count()));
  // A name server that does not answer must not hold up the end of the transfer.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

void set_up(CURL* curl, Call& call, char* error_text) {
  set_limits(curl, call.options);
  curl_easy_setopt(curl, CURLOPT_URL, call.what.address.c_str());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "lithe");
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_text);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &call);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &call);
  // Not CURLOPT_RESUME_FROM, which makes an error of a server that answers with the whole file.
  if (call.part.size() > 0)
    curl_easy_setopt(curl, CURLOPT_RANGE, fmt::format("{}-", call.part.size()).c_str());
}

Transfer judge(Call& call, CURLcode code, const char* error_text) {
  if (call.in_vain) return {Outcome::again, call.refused};
  if (!call.refused.empty()) return {Outcome::failed, call.refused};
  if (code == CURLE_OK) return {Outcome::complete, {}};
  const std::string said = *error_text == '\0' ? curl_easy_strerror(code) : error_text;
  if (code == CURLE_HTTP_RETURNED_ERROR && status_of(call.curl) == kRangeNotSatisfiable &&
      call.part.size() > 0) {
    call.part.restart();
    return {Outcome::again, said};
  }
  return {call.body_begun ? Outcome::again : Outcome::failed, said};
}

}  // namespace

void report(const FetchOptions& options, const FetchProgress& progress) {
  if (options.progress && !options.progress(progress))
    throw Error(ErrorKind::io, fmt::format("the fetch of '{}' was stopped", progress.file), {},
                "the same command again: it continues from here");
}

Transfer download(const Download& what, PartFile& part, const FetchOptions& options) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  if (!curl) throw std::bad_alloc();
  Call call{.what = what, .part = part, .options = options, .curl = curl.get()};
  std::array<char, CURL_ERROR_SIZE> error_text{};
  set_up(curl.get(), call, error_text.data());
  const CURLcode code = curl_easy_perform(curl.get());
  if (call.thrown) std::rethrow_exception(call.thrown);
  return judge(call, code, error_text.data());
}

}  // namespace lithe::data
