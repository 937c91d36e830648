# The command and the root certificates of --verify-signatures, and nothing else:
#   docker run --rm -v "$PWD:/src:ro" ghcr.io/sceplint/sceplint check profiles
ARG GO_IMAGE=docker.io/library/golang:1.26.8-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
# The Go release in .ci/go-toolchain, whatever the image has.
ENV GOTOOLCHAIN=go1.26.11
WORKDIR /build
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=""
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /out/sceplint ./cmd/sceplint

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/sceplint /sceplint
USER 65532:65532
WORKDIR /src
ENTRYPOINT ["/sceplint"]
