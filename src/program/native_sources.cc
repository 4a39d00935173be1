#include "program/native_sources.h"

#include <algorithm>

#include "program/activity.h"
#include "program/place_reader.h"

namespace lithe::program {

namespace {

constexpr std::string_view kSystemFolders[] = {"/usr/",  "/lib",  "/bin/", "/sbin/",    "/opt/",
                                               "/snap/", "/nix/", "/gnu/", "/app/lib/", "/System/"};

// Interpreters and the like, whose sources are not the program's own though they have lines.
bool of_runtime(const std::string& path) {
  Spot spot;
  spot.file = path;
  return activity_at(spot) != Activity::other;
}

}  // namespace

bool is_own_binary(std::string_view path) {
  if (!path.starts_with('/') || path.starts_with("/usr/src/")) return path.starts_with("/usr/src/");
  for (const std::string_view folder : kSystemFolders)
    if (path.starts_with(folder)) return false;
  const std::string_view name = file_name(path);
  for (const std::string_view installed :
       {"/site-packages/", "/dist-packages/", "/conda", "/.nvm/"})
    if (path.find(installed) != path.npos) return false;
  if (is_blas(name) || is_openmp(name) || name.starts_with("lithe_preload")) return false;
  return !of_runtime(std::string(path));
}

bool NativeSources::own(const Place& place) const {
  return is_own_binary(files_.paths()[place.file]);
}

SourceLines& NativeSources::lines_of(std::uint32_t file) {
  const auto at = lines_.find(file);
  return at != lines_.end() ? at->second
                            : lines_.emplace(file, SourceLines(files_.paths()[file])).first->second;
}

std::string NativeSources::producer(const Place& place) {
  return lines_of(place.file).producer(place.offset);
}

std::vector<std::string> NativeSources::without_lines() const {
  std::vector<std::string> files;
  for (const auto& [file, lines] : lines_)
    if (const std::string& path = files_.paths()[file]; is_own_binary(path) && !lines.known())
      files.push_back(path);
  return files;
}

StackFrame NativeSources::frame(const SourceFrame& source, const Place& place, StackCounts& to) {
  auto& code = codes_[{source.file, source.function}];
  if (code == nullptr) {
    PythonCode made;
    made.file = source.file;
    made.name = source.function;
    made.native = true;
    code = std::make_shared<const PythonCode>(std::move(made));
  }
  return {to.number(code), source.line, place};
}

const NativeSources::Named& NativeSources::named(const Place& place, StackCounts& to) {
  const auto [at, added] = named_.try_emplace({place.file, place.offset});
  if (!added) return at->second;
  const std::string& path = files_.paths()[place.file];
  if (!path.starts_with('/')) return at->second;
  const bool library = of_runtime(path);
  for (SourceFrame& source : lines_of(place.file).frames(place.offset)) {
    if (library) source.file.clear();
    at->second.push_back(frame(source, place, to));
  }
  if (!at->second.empty()) return at->second;
  const auto image = images_.try_emplace(place.file, path).first;
  const bool program = is_own_binary(path) && file_name(path).find(".so") == path.npos &&
                       !lines_of(place.file).known();
  const std::string name = readable(image->second.function_at(place.offset).name);
  if (program || !name.empty())
    at->second.push_back(frame({program ? path : std::string(), name, 0}, place, to));
  return at->second;
}

StackCounts NativeSources::name(const StackCounts& stacks) {
  StackCounts to;
  named_.clear();
  stacks.for_each([&](const Moment& moment, std::uint64_t nanoseconds) {
    Moment whole = moment;
    whole.frames.clear();
    for (const StackFrame& frame : moment.frames) {
      if (frame.code != 0) {
        whole.frames.push_back({to.number(stacks.shared_code(frame.code)), frame.line, {}});
        continue;
      }
      const Named& named = this->named(frame.place, to);
      whole.frames.insert(whole.frames.end(), named.begin(), named.end());
    }
    to.add(whole, nanoseconds);
  });
  to.end_epoch();
  return to;
}

}  // namespace lithe::program
