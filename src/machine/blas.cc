#include "machine/blas.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "lithe/machine.h"

namespace lithe {

namespace machine {

namespace {

// OpenBLAS's names of x86 processors by what their kernels use. Names that are not here are newer
// than this list, and nothing is said about them.
constexpr std::string_view kWithoutFma[] = {
    "katmai",       "coppermine", "northwood",  "prescott", "banias",     "atom",
    "core2",        "penryn",     "dunnington", "nehalem",  "athlon",     "opteron",
    "opteron_sse3", "barcelona",  "bobcat",     "nano",     "sandybridge"};
constexpr std::string_view kWithFma[] = {"bulldozer", "piledriver", "steamroller",
                                         "excavator", "haswell",    "zen"};

bool among(const auto& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

struct Close {
  void operator()(void* library) const { ::dlclose(library); }
};
using Library = std::unique_ptr<void, Close>;

// What a function of the library that takes nothing and returns text says; empty without one.
std::string ask(void* library, const char* function) {
  const auto address = reinterpret_cast<const char* (*)()>(::dlsym(library, function));
  const char* answer = address == nullptr ? nullptr : address();
  return answer == nullptr ? "" : answer;
}

std::string path_of(void* library) {
  link_map* map = nullptr;
  if (::dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr) return {};
  std::error_code error;
  const auto path = std::filesystem::canonical(map->l_name, error);
  return error ? map->l_name : path.string();
}

}  // namespace

std::string core_note(std::string_view core, Isa best) {
  const std::string name = lower(core);
  const bool without_fma = among(kWithoutFma, name), with_fma = among(kWithFma, name);
  const bool behind =
      best == Isa::avx512 ? without_fma || with_fma : best == Isa::avx2 && without_fma;
  if (!behind) return {};
  return fmt::format(
      "runs the kernels of an older processor ({}) and leaves this one's {} unused: set "
      "OPENBLAS_CORETYPE={}",
      core, machine::name(best), best == Isa::avx512 ? "SkylakeX" : "Haswell");
}

}  // namespace machine

std::vector<BlasLibrary> find_blas() {
  constexpr const char* kNames[] = {"libblas.so.3",   "libopenblas.so.0", "libcblas.so.3",
                                    "libmkl_rt.so.2", "libmkl_rt.so.1",   "libmkl_rt.so",
                                    "libblis.so.4",   "libblis.so.3"};
  std::vector<BlasLibrary> found;
  for (const char* name : kNames) {
    const machine::Library library(::dlopen(name, RTLD_LAZY | RTLD_LOCAL));
    if (library == nullptr) continue;
    BlasLibrary blas;
    blas.name = name;
    blas.path = machine::path_of(library.get());
    // Several names may lead to one file.
    if (std::any_of(found.begin(), found.end(),
                    [&blas](const BlasLibrary& other) { return other.path == blas.path; }))
      continue;
    blas.config = machine::ask(library.get(), "openblas_get_config");
    blas.core = machine::ask(library.get(), "openblas_get_corename");
    blas.note = machine::core_note(blas.core, machine::best_isa());
    found.push_back(std::move(blas));
  }
  return found;
}

}  // namespace lithe
