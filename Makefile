# A face for the build, nothing more: CMake builds, scripts/ do the rest. Each target installs the
# Debian packages it needs first (scripts/setup), so a fresh machine needs only git and make.
PREFIX ?= /usr/local
RELEASE = build/release

.PHONY: help setup build demo test install clean format lint bench ci
.DEFAULT_GOAL := help

help:
	@echo 'make build     the cask command and libcask, in $(RELEASE)/'
	@echo 'make demo      build, then a map of real winds: demo.png'
	@echo 'make test      build and run all tests'
	@echo 'make install   into $(PREFIX); take PREFIX=... and DESTDIR=... to change that'
	@echo 'make bench     figures, beside their peers where those are installed'
	@echo 'make lint      layers, symbols, format, clang-tidy, cppcheck'
	@echo 'make format    clang-format all sources in place'
	@echo 'make ci        everything: .ci/run'
	@echo 'make clean     remove build/'

setup:
	@scripts/setup build test demo

build:
	@scripts/setup build
	@scripts/build release products

demo:
	@scripts/setup demo
	@scripts/build release products
	@scripts/demo

test:
	@scripts/setup test
	@scripts/build release all
	@scripts/test release

# Installing needs no packages and builds nothing itself, so that `sudo make install` leaves no
# files of root's in build/.
install:
	@test -x $(RELEASE)/bin/cask || { echo 'run "make build" first' >&2; exit 1; }
	@cmake --install $(RELEASE) --prefix '$(PREFIX)'

bench:
	@scripts/setup build
	@scripts/build release products
	@bench/run $(BENCH)
	@bench/tasks $(BENCH)
	@bench/arrays $(or $(BENCH),tenth)

lint:
	@scripts/setup ci
	@scripts/lint

format:
	@scripts/setup ci
	@scripts/format --fix

ci:
	@.ci/run

clean:
	rm -rf build
