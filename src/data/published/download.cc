#include "data/published/download.h"

#include <fmt/format.h>
#include <strings.h>

#include <array>
#include <exception>
#include <memory>
#include <new>
#include <string_view>

#include "base/text.h"
#include "data/published/curl_library.h"
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
  const CurlLibrary& library;
  CURL* curl = nullptr;
  long long range_start = -1;  // the start of the body of a 206 response; -1 if unknown
  bool body_begun = false;
  bool in_vain = false;      // another range than asked for: `part` was dropped
  std::string refused = {};  // why the body was cut off by us
  std::exception_ptr thrown = {};
};

long status_of(const Call& call) {
  long status = 0;
  call.library.get(call.curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

// Reads the start of the body from "Content-Range: bytes 500-999/1000".
std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) noexcept {
  Call& call = *static_cast<Call*>(user);
  std::string_view line(data, size);
  if (line.starts_with("HTTP/")) call.range_start = -1;  // the next answer, after a redirect
  constexpr std::string_view kRange = "content-range:", kUnit = "bytes ";
  if (size < kRange.size() || ::strncasecmp(data, kRange.data(), kRange.size()) != 0) return size;
  line = base::trim(line.substr(kRange.size()));
  if (!line.starts_with(kUnit)) return size;
  line.remove_prefix(kUnit.size());
  call.range_start = base::to_number(base::take_until(line, '-'), -1LL);
  return size;
}

// Decides, at the first byte, whether the body continues the part file or replaces it.
bool begin_body(Call& call) {
  call.body_begun = true;
  if (status_of(call) != kPartialContent) {
    call.part.restart();
    return true;
  }
  if (call.range_start == static_cast<long long>(call.part.size())) return true;
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

// Redirects are followed, but never to a file or another protocol.
void set_protocols(const Call& call) {
  const auto set = call.library.set;
  CURL* curl = call.curl;
  set(curl, CURLOPT_FOLLOWLOCATION, 1L);
  set(curl, CURLOPT_MAXREDIRS, 5L);
  set(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  if (set(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK) return;
  // Before 7.85 (2022).
  set(curl, CURLOPT_REDIR_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  set(curl, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
}

void set_limits(const Call& call) {
  const auto set = call.library.set;
  const FetchOptions& options = call.options;
  CURL* curl = call.curl;
  set(curl, CURLOPT_FAILONERROR, 1L);
  set(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_limit.count()));
  set(curl, CURLOPT_LOW_SPEED_LIMIT, kSlowestBytesPerSecond);
  set(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_limit.count()));
  // A name server that does not answer must not hold up the end of the transfer.
  set(curl, CURLOPT_QUICK_EXIT, 1L);
  set(curl, CURLOPT_NOSIGNAL, 1L);
}

void set_up(Call& call, char* error_text) {
  set_protocols(call);
  set_limits(call);
  const auto set = call.library.set;
  CURL* curl = call.curl;
  set(curl, CURLOPT_URL, call.what.address.c_str());
  set(curl, CURLOPT_USERAGENT, "lithe");
  set(curl, CURLOPT_ERRORBUFFER, error_text);
  set(curl, CURLOPT_HEADERFUNCTION, &on_header);
  set(curl, CURLOPT_HEADERDATA, &call);
  set(curl, CURLOPT_WRITEFUNCTION, &on_body);
  set(curl, CURLOPT_WRITEDATA, &call);
  set(curl, CURLOPT_NOPROGRESS, 0L);
  set(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(curl, CURLOPT_XFERINFODATA, &call);
  // Not CURLOPT_RESUME_FROM, which makes an error of a server that answers with the whole file.
  if (call.part.size() > 0) set(curl, CURLOPT_RANGE, fmt::format("{}-", call.part.size()).c_str());
}

Transfer judge(Call& call, CURLcode code, const char* error_text) {
  if (call.in_vain) return {Outcome::again, call.refused};
  if (!call.refused.empty()) return {Outcome::failed, call.refused};
  if (code == CURLE_OK) return {Outcome::complete, {}};
  const std::string said = *error_text == '\0' ? call.library.text_of(code) : error_text;
  if (code == CURLE_HTTP_RETURNED_ERROR && status_of(call) == kRangeNotSatisfiable &&
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
  const CurlLibrary& library = curl_library();
  if (!library.problem.empty()) return {Outcome::failed, library.problem};
  const std::unique_ptr<CURL, decltype(library.cleanup)> curl(library.init(), library.cleanup);
  if (!curl) throw std::bad_alloc();
  Call call{.what = what, .part = part, .options = options, .library = library, .curl = curl.get()};
  std::array<char, CURL_ERROR_SIZE> error_text{};
  set_up(call, error_text.data());
  const CURLcode code = library.perform(curl.get());
  if (call.thrown) std::rethrow_exception(call.thrown);
  return judge(call, code, error_text.data());
}

}  // namespace lithe::data
