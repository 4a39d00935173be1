#include "program/place_reader.h"

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "program/activity.h"

namespace lithe::program {

namespace {

// oneDNN generates its kernels at run time. Where it is loaded, generated code counts as its own.
bool onednn_loaded(const Files& files) {
  return std::any_of(files.paths().begin(), files.paths().end(), [](const std::string& path) {
    const std::string_view name = file_name(path);
    return name.starts_with("libdnnl") || name.starts_with("libmkldnn") ||
           name.starts_with("libtorch_cpu");
  });
}

// "<alloc::vec::Vec<T,A> as core::ops::index::Index<I>>::index" of
// "_$LT$alloc..vec..Vec$LT$T$C$A$GT$ $u20$as$u20$core..ops..index..Index$LT$I$GT$$GT$::index", as
// older compilers of Rust write names.
std::string of_rust(std::string name) {
  constexpr std::pair<std::string_view, std::string_view> kSigns[] = {
      {"$LT$", "<"},  {"$GT$", ">"},  {"$RF$", "&"},  {"$BP$", "*"},
      {"$LP$", "("},  {"$RP$", ")"},  {"$C$", ","},   {"$u20$", " "},
      {"$u27$", "'"}, {"$u5b$", "["}, {"$u5d$", "]"}, {"$u7b$", "{"},
      {"$u7d$", "}"}, {"$u7e$", "~"}, {"$u3b$", ";"}, {"..", "::"}};
  if (name.starts_with("_$")) name.erase(0, 1);
  for (const auto& [from, to] : kSigns)
    for (std::size_t at = name.find(from); at != name.npos; at = name.find(from, at + to.size()))
      name.replace(at, from.size(), to);
  return name;
}

// Without the outermost parentheses at its end and what follows, without "(anonymous namespace)::",
// and without the digest with which Rust ends its names.
std::string without_parameters(std::string name) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  for (std::size_t at = name.find(kAnonymous); at != name.npos; at = name.find(kAnonymous))
    name.erase(at, kAnonymous.size());
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] == '>') --depth;
    if (name[i] == '(' && depth == 0 && i > 0 && !name.substr(0, i).ends_with("operator")) {
      name.resize(i);
      break;
    }
  }
  constexpr std::size_t kDigest = 19;  // "::h" and 16 digits
  if (name.size() > kDigest && name.compare(name.size() - kDigest, 3, "::h") == 0 &&
      name.find_first_not_of("0123456789abcdef", name.size() - kDigest + 3) == name.npos)
    name.resize(name.size() - kDigest);
  return name;
}

}  // namespace

std::string readable(std::string_view function) {
  constexpr std::size_t kMost = 60;
  std::string name(function);
  if (name.starts_with("_Z")) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> plain(
        abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), std::free);
    if (plain != nullptr) name = without_parameters(plain.get());
    if (name.find('$') != name.npos) name = of_rust(std::move(name));
  }
  return name.size() > kMost ? name.substr(0, kMost - 3) + "..." : name;
}

std::string PlaceMeaning::words() const {
  if (file.empty())
    return activity == Activity::kernel || activity == Activity::page_faults
               ? "the kernel"
               : "code generated at run time";
  return function.empty() ? std::string(file) : fmt::format("{} in {}", function, file);
}

PlaceReader::PlaceReader(const Files& files, std::filesystem::path debug)
    : files_(files), onednn_(onednn_loaded(files)), debug_(std::move(debug)) {}

PlaceMeaning PlaceReader::read(const Place& place, bool in_kernel, bool entered) {
  const std::string& path = files_.paths()[place.file];
  Spot spot{path, {}, in_kernel, in_kernel, false};
  if (path.starts_with('/')) {
    const ElfImage& image = images_.try_emplace(place.file, path, debug_).first->second;
    spot.function = image.function_at(place.offset);
    spot.in_spin_loop = image.in_spin_loop(place.offset);
    spot.after_system_call = (in_kernel && !entered) || image.after_system_call(place.offset);
  }
  return {activity_at(spot, onednn_), file_name(path), readable(spot.function.name)};
}

}  // namespace lithe::program
