#include "program/elf_image.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "base/text.h"
#include "program/address_space.h"
#include "support/temporary_folder.h"

namespace lithe::program {
namespace {

// The place in its file of a function of this program.
Place place_of(std::uint64_t address, std::string& path) {
  Files files;
  AddressSpace space;
  for (const Mapping& mapping : parse_maps(base::read_text("/proc/self/maps", 4 << 20)))
    space.add(mapping, files);
  const Place place = space.find(address);
  path = files.paths()[place.file];
  return place;
}

TEST(ElfImage, KnowsTheFunctionsOfALibrary) {
  std::string path;
  const auto address = reinterpret_cast<std::uint64_t>(::dlsym(RTLD_DEFAULT, "getenv"));
  const Place place = place_of(address, path);
  ASSERT_FALSE(path.empty());
  const ElfImage image(path);
  EXPECT_EQ(image.function_at(place.offset).name, "getenv") << path;
  EXPECT_EQ(image.function_at(place.offset + 1).name, "getenv");
}

TEST(ElfImage, KnowsWhereASystemCallReturnsTo) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "needs an x86-64 processor, whose instruction the test looks for";
#endif
  std::string path;
  const auto address = reinterpret_cast<std::uint64_t>(::dlsym(RTLD_DEFAULT, "getppid"));
  const Place place = place_of(address, path);
  const ElfImage image(path);
  bool found = false;
  for (std::uint64_t i = 2; i < 32; ++i) found = found || image.after_system_call(place.offset + i);
  EXPECT_TRUE(found) << path;
  EXPECT_FALSE(image.after_system_call(0));
}

TEST(ElfImage, WhatIsNoneHasNoFunctions) {
  const test::TemporaryFolder folder;
  const auto text = folder.path() / "text";
  std::ofstream(text) << "no library";
  for (const std::string& path : {text.string(), std::string("/dev/null"), std::string("/proc"),
                                  std::string("/nowhere/at/all"), folder.path().string()}) {
    const ElfImage image(path);
    EXPECT_TRUE(image.function_at(0).name.empty()) << path;
    EXPECT_FALSE(image.in_spin_loop(1000)) << path;
    EXPECT_FALSE(image.after_system_call(~std::uint64_t{0})) << path;
  }
}

TEST(ElfImage, DamageIsRead) {
  const test::TemporaryFolder folder;
  std::ifstream from(LITHE_PRELOAD, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(from), {}};
  ASSERT_FALSE(whole.empty());
  std::mt19937 random(4);
  const auto path = folder.path() / "damaged.so";
  for (int i = 0; i < 200; ++i) {
    std::string bytes = whole;
    // The headers of the file, of its segments and of its sections.
    for (int k = 0; k < 6; ++k) {
      const bool end = random() % 2 == 0;
      const std::size_t near = random() % 2048;
      bytes[end ? bytes.size() - 1 - near : near % 400] = static_cast<char>(random());
    }
    if (i % 3 == 0) bytes.resize(random() % bytes.size());
    std::ofstream(path, std::ios::binary) << bytes;
    const ElfImage image(path, folder.path());
    for (std::uint64_t at = 0; at < whole.size(); at += 997) {
      EXPECT_LT(image.function_at(at).name.size(), whole.size());
      image.in_spin_loop(at);
    }
  }
}

}  // namespace
}  // namespace lithe::program
