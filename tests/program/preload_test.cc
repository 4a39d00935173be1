#include "program/preload.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "support/temporary_folder.h"

namespace lithe::program {
namespace {

namespace fs = std::filesystem;

fs::path write(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

TEST(Preload, ProgramsAreFoundInPath) {
  EXPECT_EQ(find_program("sh").filename(), "sh");
  EXPECT_EQ(find_program("./here"), "./here");
  EXPECT_TRUE(find_program("no-such-program-anywhere").empty());
  EXPECT_TRUE(find_program("").empty());
}

TEST(Preload, OrdinaryProgramsTakeIt) {
  EXPECT_EQ(preload_problem(LITHE_SUBJECT), "");
  EXPECT_EQ(preload_problem(find_program("sh")), "");
  EXPECT_EQ(preload_problem("/nowhere"), "");  // the error will be another
}

TEST(Preload, AScriptIsAsWhatRunsIt) {
  const test::TemporaryFolder folder;
  const auto at = [&](const char* name) { return folder.path() / name; };
  // The head of a program of 64 bits without a loader.
  std::string head(120, '\0');
  head.replace(0, 7,
               "\x7f"
               "ELF\x02\x01\x01");
  const fs::path fixed = write(at("static"), head);
  EXPECT_EQ(preload_problem(fixed), "it is linked statically");
  EXPECT_EQ(preload_problem(write(at("a"), "#! " + fixed.string() + " -x\ntext\n")),
            "it is linked statically");
  EXPECT_EQ(preload_problem(write(at("b"), "#!/usr/bin/env -S A=b sh\n")), "");
  EXPECT_EQ(preload_problem(write(at("c"), "#!/usr/bin/env\n")), "");
  EXPECT_EQ(preload_problem(write(at("d"), "echo no first line of that kind\n")), "");
  EXPECT_EQ(preload_problem(write(at("e"), "#!" + at("e").string() + "\n")), "");  // itself
  head[4] = 1;
  EXPECT_EQ(preload_problem(write(at("f"), head)), "it is a program of 32 bits");
  head[4] = 2;
  head.resize(40);  // cut off
  EXPECT_EQ(preload_problem(write(at("g"), head)), "it is linked statically");
}

TEST(Preload, SetUidProgramsIgnoreIt) {
  const test::TemporaryFolder folder;
  const fs::path program = write(folder.path() / "p", "#!/bin/sh\n");
  fs::permissions(program, fs::perms::set_uid, fs::perm_options::add);
  EXPECT_EQ(preload_problem(program), "");  // of this user's own
  for (const char* other : {"/usr/bin/passwd", "/usr/bin/su"})
    if (fs::exists(other) && ::getuid() != 0) {
      EXPECT_NE(preload_problem(other).find("set-uid"), std::string::npos);
    }
}

TEST(Preload, WhatIsSetAlreadyStays) {
  const char* before = std::getenv("LD_PRELOAD");
  const std::string saved = before == nullptr ? "" : before;
  ::setenv("LD_PRELOAD", "libother.so", 1);
  EXPECT_EQ(preload_value("/a/b.so"), "/a/b.so:libother.so");
  ::unsetenv("LD_PRELOAD");
  EXPECT_EQ(preload_value("/a/b.so"), "/a/b.so");
  EXPECT_EQ(preload_value("/a b/c.so"), "");
  EXPECT_EQ(preload_value("/a:b/c.so"), "");
  if (before != nullptr) ::setenv("LD_PRELOAD", saved.c_str(), 1);
}

}  // namespace
}  // namespace lithe::program
