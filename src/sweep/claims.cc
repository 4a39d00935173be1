#include "sweep/claims.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "lithe/error.h"
#include "sweep/link.h"

namespace lithe::sweep {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::chrono::seconds kBetweenBeats{5};
constexpr std::size_t kMostBytes = 4096;

std::string host_name() {
  char host[65] = {};
  ::gethostname(host, sizeof(host) - 1);
  return host;
}

// The state of a process and when it began, from its line in /proc: 'Z' where it has ended but not
// been waited for, 0 where there is none.
struct ProcessFacts {
  char state = 0;
  std::uint64_t start = 0;
};
ProcessFacts facts_of(std::int64_t process) {
  const std::string line = base::read_text(fmt::format("/proc/{}/stat", process));
  const std::size_t name_end = line.rfind(')');  // a name may have spaces and brackets
  if (name_end == line.npos || name_end + 2 >= line.size()) return {};
  std::string_view rest = std::string_view(line).substr(name_end + 2);
  ProcessFacts facts{rest.front()};
  constexpr int kFieldsBeforeStart = 19;  // from the state on
  for (int i = 0; i < kFieldsBeforeStart; ++i) base::take_until(rest, ' ');
  facts.start = base::to_number<std::uint64_t>(base::take_until(rest, ' '), 0);
  return facts;
}

}  // namespace

Owner Owner::self() {
  Owner owner;
  owner.host = host_name();
  owner.boot = std::string(base::trim(base::read_text("/proc/sys/kernel/random/boot_id")));
  std::error_code unknown;
  owner.space = fs::read_symlink("/proc/self/ns/pid", unknown).string();
  owner.process = ::getpid();
  owner.start = facts_of(owner.process).start;
  return owner;
}

std::string Owner::to_json() const {
  return json{{"host", host},
              {"boot", boot},
              {"space", space},
              {"process", process},
              {"start", start}}
             .dump(-1, ' ', false, json::error_handler_t::replace) +
         "\n";
}

Owner Owner::from_json(const std::string& text) {
  Owner owner;
  try {
    const json given = json::parse(text);
    given.at("host").get_to(owner.host);
    given.at("boot").get_to(owner.boot);
    given.at("space").get_to(owner.space);
    given.at("start").get_to(owner.start);
    given.at("process").get_to(owner.process);
  } catch (const json::exception&) {
    return {};
  }
  return owner;
}

std::string Owner::token() const {
  std::string safe_host;
  for (const char c : host) safe_host += c == '/' || static_cast<unsigned char>(c) < ' ' ? '_' : c;
  // Containers of one machine may share a host's name and have the same process numbers.
  const std::size_t digit = std::min(space.find_first_of("0123456789"), space.size());
  const std::string inode = space.substr(digit, space.find(']', digit) - digit);
  return fmt::format("{}-{}-{}-{}", safe_host, inode, process, start);
}

bool Owner::runs() const {
  const ProcessFacts facts = facts_of(process);
  return facts.state != 0 && facts.state != 'Z' && facts.start == start;
}

Claims::Claims(fs::path folder, double patience) : folder_(std::move(folder)), patience_(patience) {
  beat();
}

Claims::~Claims() {
  std::error_code ignored;
  fs::remove(worker_file(self_), ignored);
}

fs::path Claims::claim_file(const std::string& task, std::size_t generation) const {
  return folder_ / "claims" / fmt::format("{}.{}", task, generation);
}
fs::path Claims::worker_file(const Owner& owner) const {
  return folder_ / "workers" / owner.token();
}

// The file is opened anew each time: that is when a network file system looks whether what it
// remembers still holds.
void Claims::beat() {
  const Clock::time_point now = Clock::now();
  if (beats_ > 0 && now < last_beat_ + kBetweenBeats) return;
  last_beat_ = now;
  const std::string text = fmt::format("{:020}\n", ++beats_);
  const int file = ::open(worker_file(self_).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  const bool written =
      file >= 0 && ::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  if (file >= 0) ::close(file);
  if (!written && beats_ == 1)
    throw Error(ErrorKind::io, fmt::format("cannot write '{}'", worker_file(self_).string()), {},
                "a folder that you may write to, with space left");
}

bool Claims::lives(const std::string& claim) {
  const Owner owner = Owner::from_json(claim);
  const std::string token = owner.process == 0 ? "damaged " + claim : owner.token();
  std::error_code unknown;
  const fs::path file = worker_file(owner);
  if (owner.process != 0) {
    if (!fs::exists(file, unknown)) return false;
    if (owner.is_here(self_)) return owner.runs();
  }
  // Of another machine, or a claim whose content is not there yet.
  const std::string beat = base::read_text(file, kMostBytes);
  const Clock::time_point now = Clock::now();
  const auto [seen, is_new] = seen_.try_emplace(token, Seen{beat, now});
  if (!is_new && seen->second.beat != beat) seen->second = {beat, now};
  return now - seen->second.since < patience_;
}

std::optional<std::size_t> Claims::latest(const std::string& task) const {
  std::size_t generation = 0;
  std::error_code unknown;
  // The first one may be gone: a release removes the last one first.
  while (fs::exists(claim_file(task, generation + 1), unknown)) ++generation;
  if (generation == 0 && !fs::exists(claim_file(task, 0), unknown)) return std::nullopt;
  return generation;
}

bool Claims::take(const std::string& task) {
  const std::optional<std::size_t> known = latest(task);
  if (known && lives(base::read_text(claim_file(task, *known), kMostBytes))) return false;
  return create(claim_file(task, known ? *known + 1 : 0), self_.to_json());
}

void Claims::release(const std::string& task) {
  const std::optional<std::size_t> known = latest(task);
  std::error_code ignored;
  for (std::size_t generations = known ? *known + 1 : 0; generations-- > 0;)
    fs::remove(claim_file(task, generations), ignored);
}

}  // namespace lithe::sweep
