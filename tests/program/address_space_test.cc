#include "program/address_space.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace lithe::program {
namespace {

TEST(Maps, CodeAndItsNames) {
  const auto maps = parse_maps(
      "00400000-00401000 r--p 00000000 08:01 12   /usr/bin/a\n"
      "00401000-00403000 r-xp 00001000 08:01 12   /usr/bin/a\n"
      "7f0000000000-7f0000001000 rwxp 00000000 00:00 0 \n"
      "7f0000002000-7f0000003000 r-xp 00002000 08:01 13    /a b/lib\\012c.so (deleted)\n"
      "7ffe00000000-7ffe00001000 r-xp 00000000 00:00 0                  [vdso]\n");
  ASSERT_EQ(maps.size(), 4);
  EXPECT_EQ(maps[0].path, "/usr/bin/a");
  EXPECT_EQ(maps[0].start, 0x401000);
  EXPECT_EQ(maps[0].end, 0x403000);
  EXPECT_EQ(maps[0].offset, 0x1000);
  EXPECT_EQ(maps[1].path, "");
  EXPECT_EQ(maps[2].path, "/a b/lib\nc.so");
  EXPECT_EQ(maps[3].path, "[vdso]");
}

TEST(Maps, WhatIsNoneIsPassedOver) {
  for (const char* text :
       {"", "\n\n", "x", "1-", "-1 r-xp", "2-1 r-xp 0 0 0", "g-h r-xp 0 0 0", "1-2", "1-2 r-xp",
        "1-2 r-xp zz 0 0 /a", "11111111111111111-2 r-xp 0 0 0 /a"})
    EXPECT_TRUE(parse_maps(text).empty()) << text;
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text = "00401000-00403000 r-xp 00001000 08:01 12   /usr/bin/a\n";
    for (int k = 0; k < 4; ++k) text[random() % text.size()] = static_cast<char>(random() % 256);
    for (const Mapping& mapping : parse_maps(text)) EXPECT_GT(mapping.end, mapping.start);
  }
}

TEST(Files, EachPathHasOneNumber) {
  Files files;
  const std::uint32_t a = files.number("/a"), b = files.number("/b");
  EXPECT_NE(a, b);
  EXPECT_EQ(files.number("/a"), a);
  EXPECT_EQ(files.number(""), 0);
  EXPECT_EQ(files.paths()[b], "/b");
}

TEST(AddressSpace, TheLatestMappingOfAnAddressCounts) {
  Files files;
  AddressSpace space;
  space.add({100, 200, 1000, "/a"}, files);
  EXPECT_EQ(space.find(150).offset, 1050);
  EXPECT_FALSE(space.knows(99));
  EXPECT_FALSE(space.knows(200));
  space.add({120, 140, 0, "/b"}, files);  // into the middle of it
  EXPECT_EQ(space.find(119).file, files.number("/a"));
  EXPECT_EQ(space.find(120).file, files.number("/b"));
  EXPECT_EQ(space.find(139).offset, 19);
  EXPECT_EQ(space.find(140).file, files.number("/a"));
  EXPECT_EQ(space.find(140).offset, 1040);
  space.add({90, 130, 0, ""}, files);  // code that no file holds
  EXPECT_TRUE(space.knows(100));
  EXPECT_EQ(space.find(100).file, 0);
  EXPECT_EQ(space.find(131).offset, 11);
}

TEST(AddressSpace, AgreesWithAPlainOne) {
  std::mt19937 random(2);
  Files files;
  AddressSpace space;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> plain(300);
  for (int i = 0; i < 500; ++i) {
    const std::uint64_t start = random() % 280, end = start + 1 + random() % 20;
    const std::uint64_t offset = random() % 1000;
    const std::string path = "/" + std::to_string(random() % 7);
    space.add({start, end, offset, path}, files);
    for (std::uint64_t at = start; at < end; ++at)
      plain[at] = {files.number(path), offset + at - start};
    for (std::uint64_t at = 0; at < plain.size(); ++at) {
      ASSERT_EQ(space.find(at).file, plain[at].first) << i << " " << at;
      ASSERT_EQ(space.find(at).offset, plain[at].second) << i << " " << at;
    }
  }
}

}  // namespace
}  // namespace lithe::program
